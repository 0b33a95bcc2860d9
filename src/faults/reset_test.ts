/** reset on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { reset } from "./reset.ts";

const stack = await testStack();

for (const at of ["request", "reply"] as const) {
  Deno.test(`reset at a ${at} closes open connections and resets new ones`, async () => {
    await using road = await disturbedRoad(stack);
    const open = road.client();
    await open`select 1`;
    {
      await using injected = await reset.inject(road.target, { at });
      assert.deepEqual(await came(open`insert into things values (1)`.simple(), 1_000), { code: "CONNECTION_CLOSED" });
      assert.deepEqual(await came(road.client()`select 1`, 1_000), { code: "ECONNRESET" });
      const { confirmed, what } = await injected.evidence();
      assert.ok(confirmed, what);
      assert.match(what, /^connections broke off: 1 by a reset, 1 in order$/);
    }
    await road.assertClean();
    const done = await road.target.sql`select from things`;
    assert.equal(done.length, at === "reply" ? 1 : 0, "only a lost reply leaves the request done");
  });
}

Deno.test("reset is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await reset.inject(road.target, { at: "request" });
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "nothing was on the road" });
});

Deno.test("reset is not confirmed when it was taken away behind its back", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await reset.inject(road.target, { at: "request" });
  await road.clearBehindItsBack();
  await road.client()`select 1`;
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no connection broke off" });
});
