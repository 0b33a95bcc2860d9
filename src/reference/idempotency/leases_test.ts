/** Leases at their edges: what comes after a takeover, and from when a holder counts. */

import assert from "node:assert/strict";
import { Relay } from "../dedupe/fixtures/relay.ts";
import { RedisStage } from "../fixtures/redis_stage.ts";
import { openRedis } from "../redis.ts";
import { openIdempotency } from "./mod.ts";
import { settingsOf } from "./options.ts";
import { scripts } from "./scripts.ts";
import { Store } from "./store.ts";

Deno.test("a release that comes after a takeover frees nothing of the next holder's", async () => {
  await using stage = new RedisStage();
  const settings = settingsOf({ url: stage.url, prefix: stage.prefix, leaseMs: 50 });
  await using redis = await openRedis({ url: stage.url, deadlineMs: 1_000 }, scripts);
  const [short, long] = [new Store(redis, settings), new Store(redis, { ...settings, leaseMs: 5_000 })];
  const task = { key: `${stage.prefix}{k}`, fingerprint: "" };
  const untilMs = performance.now() + 5_000;
  const first = await short.claim(task, "one", untilMs);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(typeof await long.claim(task, "two", untilMs), "string");
  await short.release(task, first as string);
  const third = await long.claim(task, "three", untilMs);
  assert.ok(typeof third !== "string" && third.verdict === "busy");
});

Deno.test("a lease counts from before its claim was sent, however long the answer took", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using checker = await openIdempotency({ url, prefix: stage.prefix, deadlineMs: 1_000, leaseMs: 2_000 });
  relay.gate = (chunk, way, connection) => {
    if (way === "up") return chunk;
    setTimeout(() => relay.pairs[connection]?.client.write(chunk), 300);
    return undefined;
  };
  await checker.run("k", (lease) => {
    assert.ok(lease.remainingMs() <= 1_700, `${lease.remainingMs()} ms of 2,000 were left after 300`);
  });
});
