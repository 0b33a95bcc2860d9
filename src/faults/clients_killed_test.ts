/** clients_killed on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRedis, replyTo } from "../testing/disturbed_redis.ts";
import { testStack } from "../testing/stack.ts";
import { clientsKilled } from "./clients_killed.ts";

const stack = await testStack();

Deno.test("clients_killed ends all connections of the links at once, and lets them connect again", async () => {
  await using road = await disturbedRedis({ ...stack, instances: 3 });
  const clients = [0, 1, 2].map((instance) => road.client(instance));
  await Promise.all(clients.map((client) => client.ping()));
  const asked = clients.map((client) => replyTo(client.blpop(`${road.prefix}nothing`, 5), 2_000));
  {
    await using injected = await clientsKilled.inject(road.target, {});
    for (const reply of await Promise.all(asked)) assert.ok("error" in Object(reply), JSON.stringify(reply));
    const what = "3 connections were ended, 0 of them are still there";
    assert.deepEqual(await injected.evidence(), { confirmed: true, what });
  }
  await road.assertClean();
});

Deno.test("clients_killed is not confirmed when there is no connection on the road", async () => {
  await using road = await disturbedRedis(stack);
  await using injected = await clientsKilled.inject(road.target, {});
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no connection was there to end" });
});

Deno.test("clients_killed leaves connections alone that are not of the links, the direct one too", async () => {
  await using road = await disturbedRedis({ ...stack, instances: 2 });
  const [ours, other] = [road.client(0), road.client(1)];
  await ours.ping();
  const before = [await other.client("ID"), await road.target.redis.client("ID")];
  const target = { ...road.target, links: [road.target.links[0]!] };
  await using _injected = await clientsKilled.inject(target, {});
  assert.deepEqual([await other.client("ID"), await road.target.redis.client("ID")], before);
});
