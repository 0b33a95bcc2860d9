/** latency on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRoad, tookMs } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { latency } from "./latency.ts";

const stack = await testStack();
const severity = { requestsMs: 30, repliesMs: 50 };

Deno.test("latency makes each reply late by its exact figures, and the road is quick again after it", async () => {
  await using road = await disturbedRoad(stack);
  const sql = road.client();
  await sql`select 1`;
  {
    await using injected = await latency.inject(road.target, severity);
    const ms = await tookMs(sql`select 1`.simple());
    assert.ok(ms >= 80 && ms < 160, `a reply took ${ms} ms`);
    const { confirmed, what } = await injected.evidence();
    assert.ok(confirmed, what);
    assert.match(what, /^the slowest reply took \d+ ms, with 80 ms added$/);
  }
  assert.ok(await tookMs(sql`select 1`.simple()) < 50);
  await road.assertClean();
});

Deno.test("latency is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await latency.inject(road.target, severity);
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "nothing was on the road" });
});

Deno.test("latency is not confirmed when it was taken away behind its back", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await latency.inject(road.target, severity);
  await road.clearBehindItsBack();
  await road.client()`select 1`;
  assert.equal((await injected.evidence()).confirmed, false);
});

Deno.test("latency that is aborted halfway leaves nothing behind", async () => {
  await using road = await disturbedRoad({ ...stack, instances: 2 });
  const { links } = road.target;
  const abort = new AbortController();
  const second = { ...links[1]!, addToxic: () => Promise.reject(new Error("no")), watch: () => links[1]!.watch() };
  await assert.rejects(latency.inject({ ...road.target, links: [links[0]!, second] }, severity), /^Error: no$/);
  abort.abort(new Error("over"));
  await assert.rejects(latency.inject({ ...road.target, signal: abort.signal }, severity), /over/);
  await road.assertClean();
});
