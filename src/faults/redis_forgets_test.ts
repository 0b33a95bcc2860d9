/** redis_forgets on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRedis, ownRedis, replyTo } from "../testing/disturbed_redis.ts";
import { testStack } from "../testing/stack.ts";
import { redisForgets } from "./redis_forgets.ts";

const { toxiproxyUrl } = await testStack();
const server = await ownRedis();
const services = { redisUrl: server.url, toxiproxyUrl, server };

Deno.test("redis_forgets ends every connection and forgets every key, and learns anew at once", async () => {
  await using road = await disturbedRedis(services);
  const client = road.client();
  await client.mset(`${road.prefix}a`, 1, `${road.prefix}b`, 2);
  {
    await using injected = await redisForgets.inject(road.target, {});
    await replyTo(client.ping(), 1_000); // it may not have heard of the end of its connection yet
    assert.equal(await client.set(`${road.prefix}a`, 3, "NX"), "OK", "what was claimed can be claimed again");
    const what = "the server is another one now, and has forgotten 2 keys";
    assert.deepEqual(await injected.evidence(), { confirmed: true, what });
  }
  assert.equal(await road.target.redis.get(`${road.prefix}a`), "3");
  await road.assertClean();
  assert.deepEqual(await road.target.redis.keys("nevertwice-*"), []);
});

Deno.test("redis_forgets is not confirmed when there was nothing to forget", async () => {
  await using road = await disturbedRedis(services);
  await road.target.redis.flushall();
  await using injected = await redisForgets.inject(road.target, {});
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "there was nothing to forget" });
});

Deno.test("redis_forgets is not confirmed when the server was not killed, or kept its data", async () => {
  await using road = await disturbedRedis(services);
  const own = road.target.server!;
  await road.client().set(`${road.prefix}a`, 1);
  for (
    const [broken, what] of [
      [{ ...own, kill: () => Promise.resolve(), restart: () => Promise.resolve() }, "has been running all the time"],
      [{ ...own, restart: () => own.restart() }, "still knows what it knew"],
    ] as const
  ) {
    await using injected = await redisForgets.inject({ ...road.target, server: broken }, {});
    assert.deepEqual(await injected.evidence(), { confirmed: false, what: `the server ${what}` });
  }
  await road.target.redis.unlink(...await road.target.redis.keys("nevertwice-*"));
});

Deno.test("redis_forgets starts the server again when it fails halfway, and never strikes a shared one", async () => {
  await using road = await disturbedRedis(services);
  const own = road.target.server!;
  const fails = { ...own, kill: () => own.kill().then(() => Promise.reject(new Error("halfway"))) };
  await assert.rejects(redisForgets.inject({ ...road.target, server: fails }, {}), /halfway/);
  await road.assertClean();
  await assert.rejects(redisForgets.inject({ ...road.target, server: undefined }, {}), /shares it with others/);
});
