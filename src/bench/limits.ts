/**
 * The limiter's call: against EVALSHA of its script by hand, and against rate-limiter-flexible's limiter on Redis. That one
 * counts in windows that begin with a key's first call, so that up to twice the limit goes through around the end of one; ours
 * slides. Every call is allowed. Each side has one connection.
 */

import { openLimiter } from "../reference/limiter/mod.ts";
import { allowScript } from "../reference/limiter/mod.ts";
import { keyOf } from "../reference/limiter/key.ts";
import { settingsOf } from "../reference/limiter/options.ts";
import { atOnce, type Pair } from "./at_once.ts";
import { openEvalsha } from "./evalsha.ts";
import type { Figure } from "./figure.ts";
import type { Rivals } from "./rivals.ts";

const limit = 100;
const windowMs = 60_000;
const rivalWhat = "allow() / consume() of rate-limiter-flexible";

/** Measures both, on a server whose keys it may take out. `rivals`: the packages, or why they are not here. */
export async function limits(url: URL, rivals: Rivals | string, signal: AbortSignal): Promise<Figure[]> {
  await using limiter = await openLimiter({ url, limit, windowMs });
  await using evalsha = await openEvalsha(url, [allowScript]);
  await using theirs = await openEvalsha(url, []);
  const { prefix, slotMicros } = settingsOf({ url, limit, windowMs });
  let count = 0;
  const nextKey = () => `k${Math.floor(count++ / limit)}`;
  const ours = async () => {
    const { allowed } = await limiter.allow(nextKey());
    if (!allowed) throw new Error("Cannot measure: a call below the limit was not allowed");
    return 1;
  };
  const terms = [limit, windowMs * 1_000, slotMicros, 1].map(String);
  const byHand: Pair = {
    what: "allow() / its EVALSHA by npm:ioredis",
    ours,
    theirs: async () => {
      await evalsha.run(allowScript, 1, keyOf(prefix, nextKey()), ...terms);
      return 1;
    },
    target: { at: "least", value: 0.9 },
    how: `${limit} calls of each key`,
  };
  const clear = () => evalsha.clear();
  const figures: Figure[] = await atOnce([byHand], { clear, signal });
  if (typeof rivals === "string") return [...figures, { what: rivalWhat, unit: "x", notMeasured: rivals }];
  const { RateLimiterRedis } = rivals.limiters;
  const storeClient = theirs.redis;
  const rival = new RateLimiterRedis({ storeClient, points: limit, duration: windowMs / 1_000, keyPrefix: "rival" });
  const consumed = async () => {
    await rival.consume(nextKey());
    return 1;
  };
  const pair = { what: rivalWhat, ours, theirs: consumed, how: "a fixed window against a sliding one", rounds: 7 };
  return [...figures, ...await atOnce([pair], { clear, signal })];
}
