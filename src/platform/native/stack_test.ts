/**
 * The native stack on real services: it starts, survives kill -9 of a server, and nothing of it stays behind.
 */
import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { until } from "../fixtures/until.ts";
import { isFree } from "./free_port.ts";
import { namesIn, realPath } from "./folders.ts";
import { obtainPrograms } from "./obtain.ts";
import { serviceUser } from "./service_user.ts";
import { StackError, startNative } from "./stack.ts";

const waitMsMax = 10_000;

const signal = new AbortController().signal;
const quiet = { say: () => {}, signal };
const programs = await obtainPrograms(await serviceUser(), { say: (line) => console.error(line), signal });

Deno.test("the stack answers, outlives kill -9 of a server, and leaves nothing", async () => {
  const stack = await startNative({ ...quiet, programs });
  const segments = orphanedSegments();
  const [where] = await query(stack.shared.url, "show data_directory") as { data_directory: string }[];
  try {
    assert.match(stack.why, /Postgres [\d.]+ from .*Redis [\d.]+.* from .*Toxiproxy 2\.\d+/);
    const version = await (await fetch(new URL("/version", stack.toxiproxy.url))).text();
    assert.match(version, /version/);
    await query(stack.shared.url, "create table kept (id int)");

    const own = await stack.own({ max_connections: "7" });
    assert.notEqual(own.url.port, stack.shared.url.port);
    assert.deepEqual(await query(own.url, "show max_connections"), [{ max_connections: "7" }]);
    await query(own.url, "create table durable as select 42 as answer");
    const first = own.pid;

    const held = await connect(own.url);
    await own.kill();
    assert.equal(own.alive(), false);
    assert.equal(isFree(Number(own.url.port)), true, "a killed server still holds its port");
    await assert.rejects(query(own.url, "select 1"));
    await own.restart();
    assert.notEqual(own.pid, first);
    assert.deepEqual(await query(own.url, "select answer from durable"), [{ answer: 42 }]);
    await held.end();

    await own.restart();
    assert.deepEqual(
      await query(own.url, "select answer from durable"),
      [{ answer: 42 }],
      "restart of a running server",
    );
    await own[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
    assert.equal(isFree(Number(own.url.port)), true);
    assert.equal(await pending(own.died), true, "a server that we killed did not die by itself");

    Deno.kill(stack.shared.pid, "SIGKILL");
    const late = AbortSignal.timeout(10_000);
    const tooLate = new Promise<string>((resolve) => late.addEventListener("abort", () => resolve("not within 10 s")));
    assert.match(await Promise.race([stack.shared.died, tooLate]), /Postgres "shared" ended by itself with SIGKILL/);
  } finally {
    await Promise.all([stack[Symbol.asyncDispose](), stack[Symbol.asyncDispose]()]);
  }
  assert.equal(isFree(Number(stack.toxiproxy.url.port)), true);
  assert.equal(
    realPath(where?.data_directory.replace(/\/data\/.*/, "") ?? "/"),
    undefined,
    "the session's folder stayed",
  );
  await until(() => orphanedSegments().every((row) => segments.includes(row)), waitMsMax);
});

Deno.test("a server that cannot start says why, with its log, and nothing is left", async () => {
  const started = startNative({ ...quiet, programs, settings: { wal_level: "nonsense" } });
  await assert.rejects(started, (error: unknown) => {
    assert.ok(error instanceof StackError);
    assert.match(error.what, /Cannot start Postgres "shared"/);
    assert.match(error.why, /ended with code 1.*nonsense/s);
    assert.notEqual(error.todo, "");
    return true;
  });
});

Deno.test("a data folder that cannot be made says why", async () => {
  const broken = { ...programs, postgres: { ...programs.postgres, path: "/nonexistent/bin/postgres" } };
  await assert.rejects(startNative({ ...quiet, programs: broken }), /Cannot make a data folder/);
});

Deno.test("without Redis the stack runs all the same, and says why there is none", async () => {
  const redis = new StackError({ what: "Cannot get Redis", why: "no source could give it", todo: "Install it." });
  await using stack = await startNative({ ...quiet, programs: { ...programs, redis } });
  assert.deepEqual(await query(stack.shared.url, "select 1 as answer"), [{ answer: 1 }]);
  assert.equal(stack.noRedis, "Cannot get Redis: no source could give it. Install it.");
  assert.equal("redis" in stack.versions, false);
  assert.match(stack.why, /no Redis \(no source could give it\)/);
  await assert.rejects(stack.ownRedis(), redis);
});

Deno.test("an abort while it starts ends what had begun and rejects with the reason", async () => {
  const before = ownSessions();
  const begun = () => ownSessions().filter((name) => !before.includes(name));
  const parent = Deno.env.get("TMPDIR") || "/tmp";
  const moments: Record<string, () => boolean> = {
    "at once": () => true,
    "its folder is there": () => begun().length > 0,
    "a program was launched": () => begun().some((name) => namesIn(`${parent}/${name}/running`).length > 0),
  };
  for (const [what, isThere] of Object.entries(moments)) {
    const aborter = new AbortController();
    const started = startNative({ ...quiet, programs, signal: aborter.signal });
    const rejects = assert.rejects(started, /enough/, what);
    await until(isThere, waitMsMax);
    aborter.abort(new Error("enough"));
    await rejects;
    await until(() => begun().length === 0, waitMsMax);
  }
});

async function connect(url: URL): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function query(url: URL, text: string): Promise<unknown[]> {
  const client = await connect(url);
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function pending(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol("pending");
  return await Promise.race([promise, Promise.resolve(open)]) === open;
}

/** The sessions whose harness is this process; a test file beside this one may have some too. */
function ownSessions(): string[] {
  const parent = Deno.env.get("TMPDIR") || "/tmp";
  return namesIn(parent).filter((name) => {
    const harness = realPath(`${parent}/${name}/harness`);
    return name.startsWith("nevertwice-session-") && harness &&
      Deno.readTextFileSync(harness).startsWith(`${Deno.pid} `);
  });
}

/** Segments of System V shared memory that nobody is attached to and whose creator is dead; Linux alone lists them. */
function orphanedSegments(): string[] {
  if (realPath("/proc/sysvipc/shm") === undefined) return [];
  const rows = Deno.readTextFileSync("/proc/sysvipc/shm").trim().split("\n").slice(1).map((row) =>
    row.trim().split(/\s+/)
  );
  return rows.filter((row) => row[6] === "0" && realPath(`/proc/${row[4]}`) === undefined).map((row) => row.join(" "));
}
