/** row_locked on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { rowLocked } from "./row_locked.ts";

const stack = await testStack();

Deno.test("row_locked makes writers wait until it heals, and lets readers read", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  const injected = await rowLocked.inject(road.target, { readersToo: false });
  assert.deepEqual(await came(sql`select count(*)::int from things`, 1_000), { value: 0 });
  const asked = sql`insert into things values (1)`.execute();
  assert.equal(await came(asked, 60), "nothing");
  const what = "a session waited for a lock that we held";
  assert.deepEqual(await injected.evidence(), { confirmed: true, what });
  await injected[Symbol.asyncDispose]();
  await asked;
  assert.equal((await road.target.sql`select from things`).length, 1);
  await road.assertClean();
});

Deno.test("row_locked makes readers wait too where the plan says so, and is confirmed after they gave up", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await rowLocked.inject(road.target, { readersToo: true });
  const asked = road.client().unsafe("set statement_timeout = 60; select from things");
  assert.deepEqual(await came(asked, 1_000), { code: "57014" });
  const { confirmed, what } = await injected.evidence();
  assert.ok(confirmed, what);
});

Deno.test("row_locked is not confirmed when nobody had to wait", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await rowLocked.inject(road.target, { readersToo: false });
  await road.client()`select from things`;
  const what = "no session was seen to wait for a lock that we held";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("row_locked is not confirmed when its locks were taken away behind its back", async () => {
  await using road = await disturbedRoad(stack);
  const { sql } = road.target;
  await using injected = await rowLocked.inject(road.target, { readersToo: true });
  await sql`
    select pg_terminate_backend(pid, 1000) from pg_locks
    where relation = 'things'::regclass and mode = 'AccessExclusiveLock'`;
  await road.client()`insert into things values (1)`;
  assert.equal((await injected.evidence()).confirmed, false);
});

Deno.test("row_locked waits for a moment at which the tables are free, and never ends others in a deadlock", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql.unsafe("begin; insert into things values (1)");
  const injecting = rowLocked.inject(road.target, { readersToo: false });
  assert.equal(await came(injecting.then(() => []), 60), "nothing");
  await sql.unsafe("insert into things values (2); commit");
  await using _injected = await injecting;
  assert.equal(await came(sql`insert into things values (3)`, 30), "nothing");
});

Deno.test("row_locked that is aborted while it waits leaves no lock behind", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql.unsafe("begin; insert into things values (1)");
  const abort = new AbortController();
  const injecting = rowLocked.inject({ ...road.target, signal: abort.signal }, { readersToo: false });
  abort.abort();
  await assert.rejects(injecting, { name: "AbortError" });
  await sql.unsafe("commit");
  await road.assertClean();
  const held = await road.target.sql`select from pg_locks where relation = 'things'::regclass`;
  assert.equal(held.length, 0);
});
