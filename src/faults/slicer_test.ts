/** slicer on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { slicer } from "./slicer.ts";

const stack = await testStack();
const severity = { pieceBytes: 2, pauseUs: 500 };

Deno.test("slicer delivers replies in fragments, and a driver still puts them together", async () => {
  await using road = await disturbedRoad(stack);
  {
    await using injected = await slicer.inject(road.target, severity);
    assert.deepEqual(await came(road.client()`select repeat('x', 50)`, 5_000), { value: "x".repeat(50) });
    const { confirmed, what } = await injected.evidence();
    assert.ok(confirmed, what);
    assert.match(what, /^\d+ messages came in \d+ chunks of at most \d+ bytes$/);
  }
  await road.assertClean();
});

Deno.test("slicer is confirmed by the smallest replies that there are, at the largest pieces", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  await using injected = await slicer.inject(road.target, { pieceBytes: 3, pauseUs: 1000 });
  for (let id = 0; id < 5; id++) await sql`insert into things values (${id})`;
  const { confirmed, what } = await injected.evidence();
  assert.ok(confirmed, what);
});

Deno.test("slicer is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await slicer.inject(road.target, severity);
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "nothing was on the road" });
});

Deno.test("slicer is not confirmed when it was taken away behind its back", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await slicer.inject(road.target, severity);
  await road.clearBehindItsBack();
  await road.client()`select 1`;
  assert.equal((await injected.evidence()).confirmed, false);
});

Deno.test("slicer shrinks towards the largest pieces and the shortest pause", () => {
  const { counterexample } = fc.check(fc.property(slicer.severity, () => false));
  assert.deepEqual(counterexample, [{ pieceBytes: 3, pauseUs: 500 }]);
});
