/**
 * The faults of the road on the road to Redis: small commands and small replies, all of an instance over one connection that lasts. What each
 * does to a client, each fault's own test shows on the road to Postgres.
 */

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { AnyFault, Evidence, Injected } from "../core/fault.ts";
import { type DisturbedRedis, disturbedRedis, replyTo } from "../testing/disturbed_redis.ts";
import { tookMs } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { bandwidth } from "./bandwidth.ts";
import { blackHole } from "./black_hole.ts";
import { jitter } from "./jitter.ts";
import { latency } from "./latency.ts";
import { refused } from "./refused.ts";
import { replyCut } from "./reply_cut.ts";
import { requestCut } from "./request_cut.ts";
import { reset } from "./reset.ts";
import { slicer } from "./slicer.ts";
import { slowClose } from "./slow_close.ts";

const stack = await testStack();
const everyMs = 5;
const windowMs = 150;

/** ioredis 6.0.0 leaves a command pending for ever that waits for a new connection when it is told to disconnect. */
const settledMs = 500;

/** The mildest and the harshest of each. */
const faults: readonly (readonly [AnyFault, unknown, unknown])[] = [
  [bandwidth, { kilobytesPerSecond: 8 }, { kilobytesPerSecond: 1 }],
  [blackHole, { swallows: "replies" }, { swallows: "everything" }],
  [jitter, { repliesMs: [0, 1] }, { repliesMs: [25, 24, 23] }],
  [latency, { requestsMs: 0, repliesMs: 20 }, { requestsMs: 80, repliesMs: 80 }],
  [refused, {}, {}],
  [replyCut, { passBytes: 24 }, { passBytes: 0 }],
  [requestCut, { passBytes: 160 }, { passBytes: 0 }],
  [reset, { at: "request" }, { at: "reply" }],
  [slicer, { pieceBytes: 3, pauseUs: 500 }, { pieceBytes: 1, pauseUs: 1000 }],
];

for (const [fault, ...severities] of faults) {
  Deno.test(`${fault.name} is confirmed on a road to Redis, by the smallest commands, and heals`, async () => {
    for (const severity of severities) {
      await using road = await disturbedRedis(stack);
      await using load = await steadyLoad(road);
      const injected = await fault.inject(road.target, severity as never);
      await pause(windowMs);
      const { confirmed, what } = await injected.evidence();
      assert.ok(confirmed, `${JSON.stringify(severity)}: ${what}`);
      await injected[Symbol.asyncDispose]();
      await injected[Symbol.asyncDispose]();
      await load[Symbol.asyncDispose]();
      await road.assertClean();
    }
  });

  Deno.test(`${fault.name} is not confirmed on a road to Redis on which nothing was, or from which it was taken`, async () => {
    await using road = await disturbedRedis(stack);
    const [, harshest] = severities;
    {
      await using idle = await fault.inject(road.target, harshest as never);
      assert.equal((await idle.evidence()).confirmed, false);
    }
    if (fault === refused) return; // whoever is connected has been disturbed already
    await using taken = await fault.inject(road.target, harshest as never);
    await road.clearBehindItsBack();
    for (let id = 0; id < 3; id++) await road.client().set(`${road.prefix}${id}`, id);
    assert.equal((await taken.evidence()).confirmed, false);
  });
}

Deno.test("slow_close is confirmed on a road to Redis when the instance ends a connection, and by nothing less", async () => {
  await using road = await disturbedRedis(stack);
  const client = road.client();
  await using injected = await slowClose.inject(road.target, { closeMs: 40 });
  await client.ping();
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no connection was seen to end" });
  client.disconnect();
  const { confirmed, what } = await settled(injected);
  assert.ok(confirmed, what);
  assert.match(what, /^the slowest end of a connection took \d+ ms, with 40 ms added$/);
});

Deno.test("slow_close is late with the news that Redis ended a connection", async () => {
  await using road = await disturbedRedis(stack);
  const client = road.client();
  const id = await client.client("ID");
  await using _injected = await slowClose.inject(road.target, { closeMs: 40 });
  const closed = new Promise((resolve) => client.once("close", resolve));
  const ms = await tookMs(Promise.all([closed, road.target.redis.client("KILL", "ID", id)]));
  assert.ok(ms >= 38, `the client heard of it after ${ms} ms`);
});

/** A command every few milliseconds, whatever comes of it. Disposing ends it. */
async function steadyLoad(road: DisturbedRedis): Promise<AsyncDisposable> {
  const client: Redis = road.client();
  await client.set(`${road.prefix}load`, 0);
  const asked: Promise<unknown>[] = [];
  const timer = setInterval(() => asked.push(replyTo(client.incr(`${road.prefix}load`), settledMs)), everyMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      client.disconnect();
      await Promise.all(asked);
    },
  };
}

async function settled(injected: Injected): Promise<Evidence> {
  const deadline = performance.now() + 2_000;
  let evidence = await injected.evidence();
  while (!evidence.confirmed && performance.now() < deadline) {
    await pause(everyMs);
    evidence = await injected.evidence();
  }
  return evidence;
}
