/**
 * A real Postgres of our own that is frozen: postmaster and backends stand still together, and go on, or are ended.
 */
import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { isFree } from "./free_port.ts";
import { StackError, startNative } from "./stack.ts";

const signal = new AbortController().signal;
const stack = await startNative({ say: (line) => console.error(line), signal });

Deno.test("frozen it answers neither an open connection nor a new one, and thawed it answers both", async () => {
  await using server = await stack.own();
  await using held = await connect(server.url);
  const backend = (await held.client.query("select pg_backend_pid() as pid")).rows[0].pid;
  await server.freeze();
  assert.equal(server.alive(), true);
  assert.deepEqual([server.pid, backend].map(stateOf), ["T", "T"]);
  const asked = held.client.query("select 42 as answer");
  await assert.rejects(connect(server.url, 200), /timeout/);
  assert.equal(await Promise.race([asked, Promise.resolve("nothing")]), "nothing");
  await server.thaw();
  assert.equal([server.pid, backend].map(stateOf).includes("T"), false);
  assert.deepEqual((await asked).rows, [{ answer: 42 }]);
  await using _another = await connect(server.url);
});

Deno.test("a frozen one can be killed, started again and disposed, and none of its processes stays", async () => {
  const server = await stack.own();
  const held = await connect(server.url);
  const backend = (await held.client.query("select pg_backend_pid() as pid")).rows[0].pid;
  await server.freeze();
  await server.kill();
  assert.match(stateOf(backend), /^Z?$/, "a dead process may wait for who reaps it");
  await assert.rejects(server.freeze(), /Cannot freeze Postgres .* it does not run/s);
  await server.restart();
  await server.freeze();
  await server[Symbol.asyncDispose]();
  assert.equal(isFree(Number(server.url.port)), true);
  await held[Symbol.asyncDispose]();
});

Deno.test("settings of a start hold for that start, and it cannot be emptied", async () => {
  await using server = await stack.own({ max_connections: "7" });
  const setting = async () => {
    await using held = await connect(server.url);
    return (await held.client.query("show max_connections")).rows[0].max_connections;
  };
  await server.restart({ settings: { max_connections: "9" }, whileLoading: true });
  await untilHolds(async () => await setting() === "9");
  await server.restart();
  assert.equal(await setting(), "7");
  await assert.rejects(server.restart({ emptied: true }), (error: unknown) => {
    assert.ok(error instanceof StackError);
    assert.match(error.why, /forgets nothing/);
    return true;
  });
  assert.equal(await setting(), "7", "a refused restart lets the server alone");
});

async function connect(url: URL, connectionTimeoutMillis = 5_000) {
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis });
  // Of a connection whose server was killed.
  client.on("error", () => {});
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

/** The letter that ps has for a process; empty when there is none. */
function stateOf(pid: number): string {
  const asked = new Deno.Command("ps", { args: ["-o", "state=", "-p", `${pid}`] }).outputSync();
  return new TextDecoder().decode(asked.stdout).trim().slice(0, 1);
}

/** While a server starts up it refuses, which is an error of the driver's. */
async function untilHolds(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds().catch((error: unknown) => !(error instanceof Error)))) {
    if (performance.now() > deadline) throw new Error("not within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
