/**
 * The worst end: kill -9 of the harness, and of its supervisor too. Each test does it to a Deno process of its own.
 */
import assert from "node:assert/strict";
import { until } from "../fixtures/until.ts";
import { isFree } from "./free_port.ts";
import { realPath } from "./folders.ts";
import { serviceUser } from "./service_user.ts";
import { Session } from "./session.ts";

const waitMsMax = 10_000;

const KILLED = "";

/** A harness of its own: starts the stack, perhaps freezes what it can, says where it is, and then does what `ending` says. */
function harnessCode(ending: string, frozen: boolean): string {
  return `
    import { startNative } from ${JSON.stringify(new URL("./stack.ts", import.meta.url).href)};
    const stack = await startNative({ say: () => {}, signal: AbortSignal.timeout(60_000) });
    const own = ${ending === KILLED} ? await stack.own() : stack.shared;
    const redis = await stack.ownRedis();
    const services = [stack.shared, own, redis, stack.toxiproxy];
    if (${frozen}) await Promise.all([own.freeze(), redis.freeze()]);
    console.log(JSON.stringify({ ports: services.map(({ url }) => url.port), pid: own.pid }));
    await new Promise((resolve) => Deno.stdin.read(new Uint8Array(1)).then(resolve));
    ${ending}
  `;
}

const root = new URL("../../../", import.meta.url);
const quiet = { say: () => {}, signal: new AbortController().signal };

for (const frozen of [false, true]) {
  const what = frozen ? "whose servers are frozen" : "";
  Deno.test(`after kill -9 of a harness ${what} no process, port or folder is left within seconds`, async () => {
    await using harness = await startHarness(KILLED, { frozen });
    Deno.kill(harness.process.pid, "SIGKILL");
    await until(() => realPath(harness.folder) === undefined, waitMsMax);
    assert.deepEqual(harness.ports.map(isFree), [true, true, true, true]);
    assert.deepEqual(processesNaming(harness.folder), []);
  });
}

const ENDINGS = {
  "just ends": "// and no more",
  "throws": "throw new Error('expected by a test')",
  "throws while it disposes":
    "setTimeout(() => { throw new Error('expected by a test') }, 5); await stack[Symbol.asyncDispose]()",
  "exits while it disposes": "setTimeout(() => Deno.exit(1), 5); await stack[Symbol.asyncDispose]()",
};

Deno.test(`a harness that ${Object.keys(ENDINGS).join(", or ")} leaves nothing either`, async () => {
  await Promise.all(
    Object.entries(ENDINGS).map(async ([how, ending]) => {
      await using harness = await startHarness(ending);
      await harness.goOn();
      await until(() => realPath(harness.folder) === undefined, waitMsMax);
      assert.deepEqual(harness.ports.map(isFree), [true, true, true, true], how);
    }),
  );
});

Deno.test("after kill -9 of the harness and of its supervisor the next session sweeps, frozen servers too", async () => {
  // A folder that only this test looks into: sessions beside it sweep too.
  const temporary = await Deno.makeTempDir();
  await Deno.chmod(temporary, 0o755);
  try {
    await using harness = await startHarness(KILLED, { temporary, frozen: true });
    assert.equal(harness.folder.startsWith(temporary), true);
    const watching = processesNaming(harness.folder).find(({ text }) => text.includes("watch"));
    assert.ok(watching, "there is a supervisor");
    Deno.kill(watching.pid, "SIGKILL");
    Deno.kill(harness.process.pid, "SIGKILL");
    await harness.process.status;
    assert.deepEqual(harness.ports.map(isFree), [false, false, false, false], "nobody was there to end them");
    await using next = await startHarness(ENDINGS["just ends"], { temporary });
    assert.equal(realPath(harness.folder), undefined);
    assert.deepEqual(processesNaming(harness.folder), []);
    await next.goOn();
    await until(() => realPath(next.folder) === undefined, waitMsMax);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
});

Deno.test("a sweep lets a living session alone", async () => {
  const user = await serviceUser();
  await using living = await Session.open(user, quiet);
  await using _other = await Session.open(user, quiet);
  assert.notEqual(realPath(`${living.folder}/running`), undefined);
});

async function startHarness(ending: string, how: { temporary?: string; frozen?: boolean } = {}) {
  const { temporary = Deno.env.get("TMPDIR") || "/tmp", frozen = false } = how;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["eval", harnessCode(ending, frozen)],
    cwd: root,
    env: { TMPDIR: temporary },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const { ports, pid } = JSON.parse(value ?? "null");
  const folder = processesNaming("/data/").map(({ pid: found, text }) =>
    found === pid && /-D (\S+)\/data\//.exec(text)?.[1]
  )
    .find((path) => path);
  assert.ok(folder, "the session's folder is in the arguments of its server");
  return {
    process,
    folder,
    ports: (ports as string[]).map(Number),
    goOn: () => process.stdin.close(),
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      if (!process.stdin.locked) {
        await process.stdin.close().catch((error: unknown) => assert.ok(error instanceof TypeError));
      }
      await process.status;
    },
  };
}

/** All processes with the text in their arguments. */
function processesNaming(text: string): { pid: number; text: string }[] {
  const asked = new Deno.Command("ps", { args: ["-A", "-ww", "-o", "pid=,args="] }).outputSync();
  const rows = new TextDecoder().decode(asked.stdout).split(/\n(?=\s*\d+ )/).filter((row) => row.includes(text));
  return rows.map((row) => ({ pid: Number.parseInt(row), text: row }));
}
