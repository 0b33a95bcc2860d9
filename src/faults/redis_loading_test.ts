/** redis_loading on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRedis, ownRedis, replyTo } from "../testing/disturbed_redis.ts";
import { tookMs } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { redisLoading } from "./redis_loading.ts";

const { toxiproxyUrl } = await testStack();
const server = await ownRedis();
const services = { redisUrl: server.url, toxiproxyUrl, server };

Deno.test("redis_loading answers all commands with LOADING, at once, and knows what it knew when it heals", async () => {
  await using road = await disturbedRedis(services);
  const key = `${road.prefix}kept`;
  await road.client().set(key, 1);
  const injected = await redisLoading.inject(road.target, {});
  const client = road.client();
  assert.deepEqual(await replyTo(client.set(key, 2), 1_000), { error: "LOADING" });
  const ms = await tookMs(replyTo(client.get(key), 1_000));
  assert.ok(ms < 500, `the answer took ${ms} ms`);
  assert.deepEqual(await injected.evidence(), { confirmed: true, what: "2 commands were answered LOADING" });
  for (const _twice of [1, 2]) await injected[Symbol.asyncDispose]();
  assert.equal(await client.get(key), "1", "its connection lasts");
  await road.assertClean();
  assert.equal(await road.target.redis.dbsize(), 2);
  assert.deepEqual(await road.target.redis.config("GET", "key-load-delay"), ["key-load-delay", "0"]);
  assert.equal(server.alive(), true);
});

Deno.test("redis_loading is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await redisLoading.inject(road.target, {});
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no command was answered LOADING" });
});

Deno.test("redis_loading is not confirmed by another start of the server", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await redisLoading.inject(road.target, {});
  await road.target.server!.restart();
  await road.client().get(`${road.prefix}key`);
  const what = "somebody else has started the server again";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("redis_loading leaves no key behind when it fails halfway, and never strikes a shared server", async () => {
  await using road = await disturbedRedis(services);
  const own = road.target.server!;
  await own.restart({ emptied: true });
  const fails = { ...own, kill: () => own.kill().then(() => Promise.reject(new Error("halfway"))) };
  await assert.rejects(redisLoading.inject({ ...road.target, server: fails }, {}), /halfway/);
  assert.equal(await road.target.redis.dbsize(), 0);
  await road.assertClean();
  await assert.rejects(redisLoading.inject({ ...road.target, server: undefined }, {}), /shares it with others/);
});

Deno.test("redis_loading that is aborted before it strikes leaves nothing behind", async () => {
  await using road = await disturbedRedis(services);
  const client = road.client();
  const before = [await client.client("ID"), await road.target.redis.dbsize()];
  const abort = new AbortController();
  const injecting = redisLoading.inject({ ...road.target, signal: abort.signal }, {});
  abort.abort(new Error("over"));
  await assert.rejects(injecting, /^Error: over$/);
  assert.deepEqual([await client.client("ID"), await road.target.redis.dbsize()], before);
});
