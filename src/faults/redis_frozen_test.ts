/** redis_frozen on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRedis, ownRedis, replyTo } from "../testing/disturbed_redis.ts";
import { testStack } from "../testing/stack.ts";
import { redisFrozen } from "./redis_frozen.ts";

const { toxiproxyUrl } = await testStack();
const server = await ownRedis();
const services = { redisUrl: server.url, toxiproxyUrl, server };

Deno.test("redis_frozen answers nobody, new connections neither, and does all of it later", async () => {
  await using road = await disturbedRedis(services);
  const client = road.client();
  await client.ping();
  const injected = await redisFrozen.inject(road.target, {});
  const asked = [client.set(`${road.prefix}late`, 1), road.client().set(`${road.prefix}later`, 1)];
  for (const one of asked) assert.equal(await replyTo(one, 60), "nothing");
  const { confirmed, what } = await injected.evidence();
  assert.ok(confirmed, what);
  assert.match(what, /^the server stood still: no answer for \d{3,} ms; [1-9]\d* requests on the road have none$/);
  for (const _twice of [1, 2]) await injected[Symbol.asyncDispose]();
  for (const one of asked) assert.deepEqual(await replyTo(one, 1_000), { value: "OK" });
  await road.assertClean();
});

Deno.test("redis_frozen is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await redisFrozen.inject(road.target, {});
  const { confirmed, what } = await injected.evidence();
  assert.ok(!confirmed);
  assert.match(what, /^the server stood still: no answer for \d+ ms, but nothing was on the road$/);
});

Deno.test("redis_frozen is not confirmed when the server went on behind its back", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await redisFrozen.inject(road.target, {});
  await server.thaw();
  await road.client().ping();
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "the server answered all the time" });
});

Deno.test("redis_frozen lets the server go on when the freeze fails halfway, and never strikes a shared one", async () => {
  await using road = await disturbedRedis(services);
  const own = road.target.server!;
  const fails = { ...own, freeze: () => own.freeze().then(() => Promise.reject(new Error("halfway"))) };
  await assert.rejects(redisFrozen.inject({ ...road.target, server: fails }, {}), /halfway/);
  await road.assertClean();
  await assert.rejects(redisFrozen.inject({ ...road.target, server: undefined }, {}), /shares it with others/);
});
