/** reply_cut on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { replyCut } from "./reply_cut.ts";

const stack = await testStack();

Deno.test("reply_cut ends a connection at once when no byte may pass", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  {
    await using injected = await replyCut.inject(road.target, { passBytes: 0 });
    assert.deepEqual(await came(sql`insert into things values (1)`.simple(), 1_000), { code: "CONNECTION_CLOSED" });
    const { confirmed, what } = await injected.evidence();
    assert.ok(confirmed, what);
    assert.match(what, /^1 connections were cut; \d+ bytes (were sent|came), 0 may pass on each$/);
  }
  await road.assertClean();
  const done = await road.target.sql`select from things`;
  assert.equal(done.length, 1, "the request was done, and the client does not know");
});

Deno.test("reply_cut lets the stated bytes pass first, on each connection", async () => {
  await using road = await disturbedRoad(stack);
  const clients = [road.client(), road.client()];
  for (const sql of clients) await sql`select 1`;
  {
    await using injected = await replyCut.inject(road.target, { passBytes: 100 });
    for (const sql of clients) {
      let passed = 0;
      while (passed < 20 && "value" in Object(await came(sql`select 1`.simple(), 1_000))) passed++;
      assert.ok(passed > 0 && passed < 20, `${passed} queries passed`);
    }
    assert.ok((await injected.evidence()).confirmed);
  }
  await road.assertClean();
});

Deno.test("reply_cut is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await replyCut.inject(road.target, { passBytes: 0 });
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "nothing was on the road" });
});

Deno.test("reply_cut is not confirmed when fewer bytes were on the road, or it was taken away behind its back", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  {
    await using injected = await replyCut.inject(road.target, { passBytes: 500 });
    await sql`select 1`.simple();
    assert.equal((await injected.evidence()).confirmed, false);
  }
  await using injected = await replyCut.inject(road.target, { passBytes: 0 });
  await road.clearBehindItsBack();
  await sql`select 1`.simple();
  assert.equal((await injected.evidence()).confirmed, false);
});
