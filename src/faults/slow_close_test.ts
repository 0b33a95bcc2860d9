/** slow_close on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Evidence } from "../core/fault.ts";
import { disturbedRoad, tookMs } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { slowClose } from "./slow_close.ts";

const stack = await testStack();
const severity = { closeMs: 100 };
const deadlineMs = 2_000;

Deno.test("slow_close lets an ended connection linger, and says how long it did", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  {
    await using injected = await slowClose.inject(road.target, severity);
    await sql.end({ timeout: 0 });
    let evidence: Evidence;
    const ms = await tookMs((async () => {
      const deadline = performance.now() + deadlineMs;
      while (!(evidence = await injected.evidence()).confirmed && performance.now() < deadline) await pause(5);
    })());
    const { confirmed, what } = evidence!;
    assert.ok(confirmed, what);
    assert.match(what, /^the slowest end of a connection took \d+ ms, with 100 ms added$/);
    assert.ok(ms >= 95, `the connection had ended after ${ms} ms`);
  }
  await road.assertClean();
});

Deno.test("slow_close is late with the news that the store ended a session", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  await using _injected = await slowClose.inject(road.target, severity);
  const [pid] = await road.target.sessions();
  const closed = Promise.withResolvers<void>();
  sql.options.onclose = () => closed.resolve();
  const ms = await tookMs(Promise.all([closed.promise, road.target.sql`select pg_terminate_backend(${pid!})`]));
  assert.ok(ms >= 95, `the client heard of it after ${ms} ms`);
});

Deno.test("slow_close is not confirmed when no connection ended", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await slowClose.inject(road.target, severity);
  await road.client()`select 1`;
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no connection was seen to end" });
});

Deno.test("slow_close is not confirmed when it was taken away behind its back", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await slowClose.inject(road.target, severity);
  await road.clearBehindItsBack();
  const sql = road.client();
  await sql`select 1`;
  await sql.end({ timeout: 0 });
  await pause(10); // the wire hears of the end a moment after the client; more would not make it slower
  assert.equal((await injected.evidence()).confirmed, false);
});
