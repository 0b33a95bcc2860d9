/** refused on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { refused } from "./refused.ts";

const stack = await testStack();

Deno.test("refused ends open connections and refuses new ones, until it heals", async () => {
  await using road = await disturbedRoad(stack);
  const open = road.client();
  await open`select 1`;
  {
    await using injected = await refused.inject(road.target, {});
    assert.deepEqual(await came(road.client()`select 1`, 1_000), { code: "ECONNREFUSED" });
    assert.ok("code" in Object(await came(open`select 1`, 1_000)));
    const { confirmed, what } = await injected.evidence();
    assert.ok(confirmed, what);
    assert.match(what, /^1 connections were ended, \d+ new ones refused$/);
  }
  await road.assertClean();
});

Deno.test("refused is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await refused.inject(road.target, {});
  const what = "no connection ended, and none was seen to be refused";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("refused disturbs the links that it was given, and no other", async () => {
  await using road = await disturbedRoad({ ...stack, instances: 2 });
  {
    await using _injected = await refused.inject({ ...road.target, links: [road.target.links[0]!] }, {});
    assert.deepEqual(await came(road.client(0)`select 1`, 1_000), { code: "ECONNREFUSED" });
    assert.deepEqual(await came(road.client(1)`select 1 as value`, 1_000), { value: 1 });
  }
  await road.assertClean();
});
