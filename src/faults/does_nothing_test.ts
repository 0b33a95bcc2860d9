/** does_nothing on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRoad } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { doesNothing } from "./does_nothing.ts";

const stack = await testStack();

Deno.test("does_nothing is never confirmed, whatever was on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await doesNothing.inject(road.target, {});
  await road.client()`select 1`;
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "nothing was injected" });
  await road.assertClean();
});
