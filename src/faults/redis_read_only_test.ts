/** redis_read_only on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRedis, ownRedis, replyTo } from "../testing/disturbed_redis.ts";
import { testStack } from "../testing/stack.ts";
import { redisReadOnly } from "./redis_read_only.ts";

const { toxiproxyUrl } = await testStack();
const server = await ownRedis();
const services = { redisUrl: server.url, toxiproxyUrl, server };

Deno.test("redis_read_only refuses to write, goes on reading, and keeps what it knew, on its disk too", async () => {
  await using road = await disturbedRedis(services);
  const [client, key] = [road.client(), `${road.prefix}key`];
  await client.set(key, 1);
  await client.set(`${key}2`, 1, "EX", 100);
  const injected = await redisReadOnly.inject(road.target, {});
  assert.deepEqual(await replyTo(client.set(key, 2), 1_000), { error: "READONLY" });
  const asked = client.eval("return redis.call('set', KEYS[1], 2)", 1, key);
  assert.deepEqual(await replyTo(asked, 1_000), { error: "READONLY" });
  assert.equal(await client.get(key), "1");
  assert.deepEqual(await injected.evidence(), { confirmed: true, what: "2 commands were answered READONLY" });
  for (const _twice of [1, 2]) await injected[Symbol.asyncDispose]();
  await client.set(`${key}3`, 1);
  await road.assertClean();
  await road.target.server!.restart();
  assert.equal(await road.target.redis.exists(key, `${key}2`, `${key}3`), 3);
});

Deno.test("redis_read_only is not confirmed when nobody wrote", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await redisReadOnly.inject(road.target, {});
  await road.client().get(`${road.prefix}key`);
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no command was answered READONLY" });
});

Deno.test("redis_read_only is not confirmed when the server was promoted behind its back", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await redisReadOnly.inject(road.target, {});
  await road.target.redis.replicaof("NO", "ONE");
  await road.client().set(`${road.prefix}key`, 1);
  const what = "the server was a primary, and answered nothing with READONLY";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("redis_read_only strikes neither a shared server nor one that would refuse to read", async () => {
  await using road = await disturbedRedis(services);
  const { redis } = road.target;
  const shared = { ...road.target, server: undefined };
  await assert.rejects(redisReadOnly.inject(shared, {}), /shares its server with others/);
  await redis.config("SET", "replica-serve-stale-data", "no");
  try {
    await assert.rejects(redisReadOnly.inject(road.target, {}), /its replica-serve-stale-data is not yes/);
  } finally {
    await redis.config("SET", "replica-serve-stale-data", "yes");
  }
  await road.assertClean();
});
