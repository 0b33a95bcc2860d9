/** redis_killed on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRedis, ownRedis, replyTo } from "../testing/disturbed_redis.ts";
import { testStack } from "../testing/stack.ts";
import { redisKilled } from "./redis_killed.ts";

const { toxiproxyUrl } = await testStack();
const server = await ownRedis();
const services = { redisUrl: server.url, toxiproxyUrl, server };

Deno.test("redis_killed ends every connection, keeps what was acknowledged, and heals into a server that answers", async () => {
  await using road = await disturbedRedis(services);
  const client = road.client();
  await client.set(`${road.prefix}kept`, 1);
  {
    await using injected = await redisKilled.inject(road.target, {});
    assert.ok(
      "error" in Object(await replyTo(client.set(`${road.prefix}lost`, 1), 1_000)),
      "nobody writes on a dead server",
    );
    const { confirmed, what } = await injected.evidence();
    assert.ok(confirmed, what);
    assert.match(what, /^the server is gone: [1-9]\d* connections ended, \d+ new ones were tried$/);
  }
  assert.equal(await road.target.redis.get(`${road.prefix}kept`), "1");
  assert.equal(await road.target.redis.exists(`${road.prefix}lost`), 0);
  await road.assertClean();
});

Deno.test("redis_killed is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await redisKilled.inject(road.target, {});
  const what = "the server was gone, but nothing was on the road";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("redis_killed is not confirmed when the server survived", async () => {
  await using road = await disturbedRedis(services);
  const survives = { ...road.target.server!, kill: () => Promise.resolve(), restart: () => Promise.resolve() };
  await road.client().ping();
  await using injected = await redisKilled.inject({ ...road.target, server: survives }, {});
  const what = "the server has been running all the time";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("redis_killed starts the server again when the kill fails halfway, and never strikes a shared one", async () => {
  await using road = await disturbedRedis(services);
  const own = road.target.server!;
  const fails = { ...own, kill: () => own.kill().then(() => Promise.reject(new Error("halfway"))) };
  await assert.rejects(redisKilled.inject({ ...road.target, server: fails }, {}), /halfway/);
  await road.assertClean();
  await assert.rejects(redisKilled.inject({ ...road.target, server: undefined }, {}), /shares it with others/);
});
