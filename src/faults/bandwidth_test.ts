/** bandwidth on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { disturbedRoad, tookMs } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { bandwidth } from "./bandwidth.ts";

const stack = await testStack();
const severity = { kilobytesPerSecond: 4 };

Deno.test("bandwidth makes a reply as slow as its bytes, and the road is quick again after it", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  {
    await using injected = await bandwidth.inject(road.target, severity);
    const ms = await tookMs(sql`select repeat('x', 800)`.simple());
    assert.ok(ms >= 190 && ms < 500, `800 bytes took ${ms} ms`);
    const { confirmed, what } = await injected.evidence();
    assert.ok(confirmed, what);
    assert.match(what, /^the slowest reply took \d+ ms, for about \d+ bytes at 4 kB\/s$/);
  }
  assert.ok(await tookMs(sql`select repeat('x', 800)`.simple()) < 50);
  await road.assertClean();
});

Deno.test("bandwidth is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await bandwidth.inject(road.target, severity);
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "nothing was on the road" });
});

Deno.test("bandwidth is not confirmed when it was taken away behind its back", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  await using injected = await bandwidth.inject(road.target, severity);
  await road.clearBehindItsBack();
  await sql`select repeat('x', 800)`.simple();
  assert.equal((await injected.evidence()).confirmed, false);
});

Deno.test("bandwidth shrinks towards the widest road", () => {
  const { counterexample } = fc.check(fc.property(bandwidth.severity, () => false));
  assert.deepEqual(counterexample, [{ kilobytesPerSecond: 8 }]);
});
