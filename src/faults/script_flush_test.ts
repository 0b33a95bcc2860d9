/** script_flush on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { disturbedRedis, ownRedis, replyTo } from "../testing/disturbed_redis.ts";
import { testStack } from "../testing/stack.ts";
import { scriptFlush } from "./script_flush.ts";

const { toxiproxyUrl } = await testStack();
const server = await ownRedis();
const services = { redisUrl: server.url, toxiproxyUrl, server };

Deno.test("script_flush makes the server forget scripts, until somebody loads them again", async () => {
  await using road = await disturbedRedis(services);
  const client = road.client();
  const digest = await client.script("LOAD", "return 7") as string;
  assert.equal(await client.evalsha(digest, 0), 7);
  {
    await using injected = await scriptFlush.inject(road.target, {});
    assert.deepEqual(await replyTo(client.evalsha(digest, 0), 1_000), { error: "NOSCRIPT" });
    assert.equal(await client.eval("return 7", 0), 7);
    assert.equal(await client.evalsha(digest, 0), 7);
    const what = "1 scripts were forgotten; 1 calls were answered NOSCRIPT since";
    assert.deepEqual(await injected.evidence(), { confirmed: true, what });
  }
  assert.equal(await client.evalsha(digest, 0), 7, "healing takes nothing away");
  await road.assertClean();
});

Deno.test("script_flush is not confirmed when there was no script", async () => {
  await using road = await disturbedRedis(services);
  await road.target.redis.script("FLUSH");
  await using injected = await scriptFlush.inject(road.target, {});
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no script was there to forget" });
});

Deno.test("script_flush never strikes a shared server", async () => {
  await using road = await disturbedRedis(services);
  await assert.rejects(scriptFlush.inject({ ...road.target, server: undefined }, {}), /shares its server with others/);
});
