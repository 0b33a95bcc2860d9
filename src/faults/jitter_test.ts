/** jitter on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { disturbedRoad, tookMs } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { jitter } from "./jitter.ts";

const stack = await testStack();
const severity = { repliesMs: [10, 60] };

Deno.test("jitter makes replies late by different times, in turns, and the road is quick again after it", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  {
    await using injected = await jitter.inject(road.target, severity);
    const times: number[] = [];
    while (times.length < 60 && (await injected.evidence()).confirmed === false) {
      times.push(await tookMs(sql`select 1`.simple()));
    }
    const { confirmed, what } = await injected.evidence();
    assert.ok(confirmed, what);
    assert.match(what, /^replies took at least (10, 60|60, 10) ms, in turns$/);
    assert.ok(Math.min(...times) < 40 && Math.max(...times) >= 59, `replies took ${times.map(Math.round)} ms`);
  }
  assert.ok(await tookMs(sql`select 1`.simple()) < 50);
  await road.assertClean();
});

Deno.test("jitter is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await jitter.inject(road.target, severity);
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "nothing was on the road" });
});

Deno.test("jitter is not confirmed by a single reply, which met one latency alone", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  await using injected = await jitter.inject(road.target, { repliesMs: [40, 50] });
  await sql`select 1`.simple();
  assert.equal((await injected.evidence()).confirmed, false);
});

Deno.test("jitter is not confirmed when it was taken away behind its back", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  await using injected = await jitter.inject(road.target, { repliesMs: [80, 90] });
  await road.clearBehindItsBack();
  await sql`select 1`.simple();
  assert.equal((await injected.evidence()).confirmed, false);
});

Deno.test("jitter shrinks towards two short latencies", () => {
  const { counterexample } = fc.check(fc.property(jitter.severity, () => false), { seed: 1 });
  assert.deepEqual(counterexample, [{ repliesMs: [0, 1] }]);
});
