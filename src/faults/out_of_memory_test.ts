/** out_of_memory on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRedis, ownRedis, replyTo } from "../testing/disturbed_redis.ts";
import { testStack } from "../testing/stack.ts";
import { outOfMemory } from "./out_of_memory.ts";

const { toxiproxyUrl } = await testStack();
const server = await ownRedis({ maxmemory: "100000000" });
const services = { redisUrl: server.url, toxiproxyUrl, server };

Deno.test("out_of_memory refuses to write, goes on reading and deleting, and gives the memory back", async () => {
  await using road = await disturbedRedis(services);
  const [client, key] = [road.client(), `${road.prefix}key`];
  await client.set(key, 1);
  const injected = await outOfMemory.inject(road.target, {});
  assert.deepEqual(await replyTo(client.set(key, 2), 1_000), { error: "OOM" });
  assert.deepEqual(await replyTo(client.eval("return redis.call('set', KEYS[1], 2)", 1, key), 1_000), { error: "OOM" });
  assert.equal(await client.get(key), "1");
  assert.equal(await client.del(key), 1);
  assert.deepEqual(await injected.evidence(), { confirmed: true, what: "2 commands were answered OOM" });
  for (const _twice of [1, 2]) await injected[Symbol.asyncDispose]();
  assert.deepEqual(await road.target.redis.config("GET", "maxmemory"), ["maxmemory", "100000000"]);
  await road.assertClean();
});

Deno.test("out_of_memory is not confirmed when nobody wrote", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await outOfMemory.inject(road.target, {});
  await road.client().get(`${road.prefix}key`);
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no command was answered OOM" });
});

Deno.test("out_of_memory is not confirmed when the memory was given back behind its back", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await outOfMemory.inject(road.target, {});
  await road.target.redis.config("SET", "maxmemory", 0);
  await road.client().set(`${road.prefix}key`, 1);
  const what = "the server had its memory, and answered nothing with OOM";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("out_of_memory strikes neither a shared server nor one that would evict keys", async () => {
  await using road = await disturbedRedis(services);
  const { redis } = road.target;
  await assert.rejects(outOfMemory.inject({ ...road.target, server: undefined }, {}), /shares its server with others/);
  await redis.config("SET", "maxmemory-policy", "allkeys-lru");
  try {
    await assert.rejects(outOfMemory.inject(road.target, {}), /would evict keys \(allkeys-lru\)/);
  } finally {
    await redis.config("SET", "maxmemory-policy", "noeviction");
  }
  await road.assertClean();
});
