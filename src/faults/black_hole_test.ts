/** black_hole on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { blackHole } from "./black_hole.ts";

const stack = await testStack();

for (const swallows of ["everything", "replies"] as const) {
  Deno.test(`black_hole of ${swallows} leaves a client without an answer, and ends its connection when it heals`, async () => {
    await using road = await disturbedRoad(stack);
    const sql = road.client();
    await sql`select 1`;
    const injected = await blackHole.inject(road.target, { swallows });
    const asked = sql`insert into things values (1)`.execute();
    assert.equal(await came(asked, 100), "nothing");
    const done = await road.target.sql`select from things`;
    assert.equal(done.length, swallows === "replies" ? 1 : 0, "only lost replies leave the request done");
    const { confirmed, what } = await injected.evidence();
    assert.ok(confirmed, what);
    assert.match(what, /^1 requests and [1-9]\d* bytes were sent, and no byte came back$/);
    await injected[Symbol.asyncDispose]();
    assert.deepEqual(await came(asked, 1_000), { code: "CONNECTION_CLOSED" });
    await road.assertClean();
  });
}

Deno.test("black_hole is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await blackHole.inject(road.target, { swallows: "everything" });
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "nothing was on the road" });
});

Deno.test("black_hole is not confirmed when it was taken away behind its back, not even by a request on its way", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await blackHole.inject(road.target, { swallows: "everything" });
  await road.clearBehindItsBack();
  const sql = road.client();
  await sql`select 1`;
  const asked = came(sql`select 1`, 1_000);
  assert.equal((await injected.evidence()).confirmed, false);
  assert.deepEqual(await asked, { value: 1 });
});
