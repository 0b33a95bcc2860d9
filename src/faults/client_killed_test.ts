/** client_killed on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { disturbedRedis, replyTo } from "../testing/disturbed_redis.ts";
import { testStack } from "../testing/stack.ts";
import { clientKilled } from "./client_killed.ts";

const stack = await testStack();

Deno.test("client_killed ends the one connection that the plan names, and its client can connect again", async () => {
  await using road = await disturbedRedis(stack);
  const clients = [road.client(), road.client()];
  const ids: number[] = [];
  for (const client of clients) ids.push(await client.client("ID"));
  await using injected = await clientKilled.inject(road.target, { which: 3 });
  const what = `connection ${ids[1]} was ended and is gone`;
  assert.deepEqual(await injected.evidence(), { confirmed: true, what });
  assert.equal(await clients[0]!.client("ID"), ids[0]);
  await replyTo(clients[1]!.ping(), 1_000); // it may or may not have heard of it yet
  assert.notEqual(await clients[1]!.client("ID"), ids[1]);
  await road.assertClean();
});

Deno.test("client_killed ends a connection that waits in a command", async () => {
  await using road = await disturbedRedis(stack);
  const client = road.client();
  await client.ping();
  const asked = client.blpop(`${road.prefix}nothing`, 5);
  assert.equal(await replyTo(asked, 30), "nothing");
  await using injected = await clientKilled.inject(road.target, { which: 0 });
  assert.ok("error" in Object(await replyTo(asked, 1_000)));
  assert.ok((await injected.evidence()).confirmed);
});

Deno.test("client_killed is not confirmed when there is no connection on the road, whoever else is connected", async () => {
  await using road = await disturbedRedis({ ...stack, instances: 2 });
  const other = road.client(1);
  const id = await other.client("ID");
  await using injected = await clientKilled.inject({ ...road.target, links: [road.target.links[0]!] }, { which: 0 });
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no connection was there to end" });
  assert.equal(await other.client("ID"), id);
});

Deno.test("client_killed shrinks towards the oldest connection", () => {
  const { counterexample } = fc.check(fc.property(clientKilled.severity, () => false));
  assert.deepEqual(counterexample, [{ which: 0 }]);
});
