/**
 * A rate limiter on Redis: of one key, at most `limit` in any window, over all instances together.
 *
 *     const limiter = await openLimiter({ url, limit: 100, windowMs: 60_000 });
 *     const { allowed, retryAfterMs } = await limiter.allow(`account ${id}`);
 *     Deno.serve(limitedHandler({ limiter, key: (request) => accountOf(request), handle }));
 *
 * What holds, whatever breaks:
 * - In no window of Redis's clock, wherever it begins, is more allowed than the limit. The window slides: nothing is reset at
 *   the full minute. A call that is refused costs nothing.
 * - A call whose answer is lost counts as consumed, and is not allowed: OutcomeUnknown. One that Redis certainly did not count
 *   is StoreUnavailable. Both come within `deadlineMs`, and the handler answers 503 to them: never 429, and never a guess of
 *   a single instance, for instances that guess go over the limit together.
 * - Nobody's clock but Redis's decides. If it is set back, less is allowed for so long; set forward, a window ends early.
 *
 * What does not hold. The window is that of the allowing, not of what is done with it: a call that was allowed may act late. A
 * Redis that forgets (a restart without persistence, a failover to a replica that lags behind) begins a new window.
 *
 * A key takes a slot of some 15 bytes for each allowed call in its window, and some 200 bytes beside them. With a limit above
 * `slotsMax` (1,000) calls share slots of a thousandth of the window: a key then takes 15 KB at most, and a call counts up to
 * that thousandth longer than the window, never shorter. A key that is not used is gone after one and a half windows. Limiters
 * with windows of different length count apart; those with the same prefix and window count together. So whoever changes the
 * window begins to count anew. Each has
 * one key in Redis, so any slot of a cluster will do (this client asks one node; a sibling of `../redis.ts` would find the
 * others). Keys may be any text up to 1 MiB; those that are not short and plain are stored as their SHA-256. Out of memory
 * Redis refuses: 503.
 *
 * To use it, copy this folder, `../errors.ts`, `../redis.ts` and `../redis_*.ts`; it needs npm:ioredis, and runs in Deno and
 * in Node from 22.18 on. A sibling would keep the interface and count tokens that drip into a bucket.
 */

import { loadScript, openRedis, type Redis } from "../redis.ts";
import type { Policy } from "./answer.ts";
import { keyOf } from "./key.ts";
import { type LimiterOptions, type Settings, settingsOf } from "./options.ts";

export type { Policy } from "./answer.ts";
export { limitedHandler, type LimitedHandlerOptions } from "./handler.ts";
export type { LimiterOptions } from "./options.ts";
export { Failure, OutcomeUnknown, StoreUnavailable, UnsuitableStore } from "../errors.ts";

/** Counts a call; the limiter's only step. */
export const allowScript = loadScript(new URL("./allow.lua", import.meta.url));

/** What is said to a call. Times are milliseconds, rounded up. */
export interface Allowance {
  readonly allowed: boolean;
  /** How much more is allowed now. */
  readonly remaining: number;
  /** After this time there is more. */
  readonly resetMs: number;
  /** After this time a call of this cost is allowed if nobody else comes first; 0 if it was allowed. */
  readonly retryAfterMs: number;
}

/** Opens the limiter. Throws a TypeError for a bad option, UnsuitableStore with what to change, or StoreUnavailable. */
export async function openLimiter(options: LimiterOptions): Promise<Limiter> {
  const settings = settingsOf(options);
  const { url, tls, log } = options;
  return new Limiter(await openRedis({ url, tls, log, deadlineMs: settings.deadlineMs }, [allowScript]), settings);
}

/** The open limiter. */
export class Limiter implements AsyncDisposable {
  readonly policy: Policy;
  readonly #redis: Redis;
  readonly #settings: Settings;
  /** With the window: a log that a limiter with a shorter one had trimmed would forget calls of a longer one. */
  readonly #prefix: string;
  /** What the script is told with each call: texts, for a driver makes such of numbers each time. */
  readonly #terms: readonly string[];

  /** Use `openLimiter`, which looks at the server first. */
  constructor(redis: Redis, settings: Settings) {
    this.#redis = redis;
    this.#settings = settings;
    this.#prefix = `${settings.prefix}${settings.windowMs}:`;
    this.#terms = [settings.limit, settings.windowMs * 1_000, settings.slotMicros].map(String);
    this.policy = { name: settings.policy, limit: settings.limit, windowMs: settings.windowMs };
  }

  /**
   * Counts a call of this key if there is room. `cost` is how much it takes, 1 to the limit; 1 by default. Throws a TypeError
   * for a bad key or cost, StoreUnavailable or UnsuitableStore (nothing was counted), or OutcomeUnknown (it may have been): then
   * it is not allowed.
   */
  async allow(key: string, { cost = 1 }: { readonly cost?: number } = {}): Promise<Allowance> {
    const { limit } = this.#settings;
    if (!Number.isSafeInteger(cost) || cost < 1 || cost > limit) {
      throw new TypeError(`Cannot count a call: its cost has to be a whole number from 1 to ${limit}, not "${cost}"`);
    }
    const [allowed, remaining, resetMs, retryAfterMs] = await this.#redis.run(
      allowScript,
      [keyOf(this.#prefix, key)],
      [...this.#terms, `${cost}`],
    ) as [number, number, number, number];
    return { allowed: allowed === 1, remaining, resetMs, retryAfterMs };
  }

  /** Takes no more calls, waits for those in flight, and closes the connection. */
  close(): Promise<void> {
    return this.#redis.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
