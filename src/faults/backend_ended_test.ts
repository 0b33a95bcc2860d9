/** backend_ended on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { backendEnded } from "./backend_ended.ts";

const stack = await testStack();

Deno.test("backend_ended ends the one session that the plan names, and what it had not committed is gone", async () => {
  await using road = await disturbedRoad(stack);
  const clients = [road.client(), road.client()];
  for (const sql of clients) await sql`begin`.simple();
  for (const [id, sql] of clients.entries()) await sql`insert into things values (${id})`;
  const before = await road.target.sessions();
  {
    await using injected = await backendEnded.inject(road.target, { which: 3 });
    const gone = [...before].sort((a, b) => a - b)[1]!;
    assert.deepEqual(await road.target.sessions(), before.filter((pid) => pid !== gone));
    assert.deepEqual(await injected.evidence(), { confirmed: true, what: `session ${gone} was ended and is gone` });
  }
  const results = await Promise.all(clients.map((sql) => came(sql`commit`.simple(), 1_000)));
  assert.equal((await road.target.sql`select from things`).length, 1, JSON.stringify(results));
  await road.assertClean();
});

Deno.test("backend_ended ends a session that waits for a lock", async () => {
  await using road = await disturbedRoad(stack);
  const [holder, waiter] = [road.client(), road.client()];
  await holder.unsafe("begin; lock table things");
  const [row] = await waiter`select pg_backend_pid() as pid`;
  const asked = waiter`insert into things values (1)`.execute();
  assert.equal(await came(asked, 30), "nothing");
  const which = [...await road.target.sessions()].sort((a, b) => a - b).indexOf(row!.pid);
  await using injected = await backendEnded.inject(road.target, { which });
  assert.ok("code" in Object(await came(asked, 1_000)));
  assert.ok((await injected.evidence()).confirmed);
});

Deno.test("backend_ended is not confirmed when there is no session on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await backendEnded.inject(road.target, { which: 0 });
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no session was there to end" });
});

Deno.test("backend_ended is not confirmed when the session had ended by itself", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  const sessions = await road.target.sessions();
  await road.target.sql`select pg_terminate_backend(${sessions[0]!}, 1000)`;
  const target = { ...road.target, sessions: () => Promise.resolve(sessions) };
  await using injected = await backendEnded.inject(target, { which: 0 });
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no session was there to end" });
});
