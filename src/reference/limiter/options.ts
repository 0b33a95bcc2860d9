/**
 * What a user may set. All instances have to agree on all of it but the deadline: the limit is theirs together. A sibling
 * would take several limits, by the minute and by the day, and let the script look at all of them.
 */

import type { ConnectionOptions } from "node:tls";
import type { RedisOptions } from "../redis.ts";

/** Options of `openLimiter`; times are milliseconds, and all numbers whole and from 1. */
export interface LimiterOptions {
  /** Where Redis is: `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string | URL;
  readonly tls?: ConnectionOptions | undefined;
  /** Every key in Redis begins with it; without braces. Limiters of one prefix and window count together. Default "limiter:". */
  readonly prefix?: string | undefined;
  /** The most that is allowed of one key in any window, over all instances, up to 1,000,000,000. */
  readonly limit: number;
  /** How long a window is, up to 30 days. */
  readonly windowMs: number;
  /** What a key takes at most, in slots of some 15 bytes; 1 to 100,000. Above it calls share slots. Default 1,000. */
  readonly slotsMax?: number | undefined;
  /** Redis has to answer within this. Default 1,000: a limiter stands before everything else. */
  readonly deadlineMs?: number | undefined;
  /** What the policy is called in headers, printable ASCII without quotes and backslashes. Default "default". */
  readonly policy?: string | undefined;
  /** Receives one record for each thing worth knowing; default: nothing is written. */
  readonly log?: RedisOptions["log"];
}

type Whole = "limit" | "windowMs" | "slotsMax" | "deadlineMs";

/** The options, complete and checked. */
export interface Settings extends Readonly<Record<Whole, number>> {
  readonly prefix: string;
  readonly policy: string;
  /** How long a slot is, in microseconds. Exact where a slot for each call is not too many. */
  readonly slotMicros: number;
}

const most: Readonly<Record<Whole, number>> = {
  limit: 1_000_000_000,
  windowMs: 30 * 24 * 3_600_000,
  slotsMax: 100_000,
  deadlineMs: 2 ** 31 - 1,
};

/** Completes the options. Throws a TypeError for one that cannot work. */
export function settingsOf(options: LimiterOptions): Settings {
  const { limit, windowMs, slotsMax = 1_000, deadlineMs = 1_000 } = options;
  const whole: Record<Whole, number> = { limit, windowMs, slotsMax, deadlineMs };
  for (const [name, value] of Object.entries(whole) as [Whole, number][]) {
    if (Number.isSafeInteger(value) && value >= 1 && value <= most[name]) continue;
    throw refused(`${name} has to be a whole number from 1 to ${most[name]}, not "${value}"`);
  }
  const { prefix = "limiter:", policy = "default" } = options;
  // Braces would make another hash tag: a caller's key alone says in which slot of a cluster it lies.
  if (typeof prefix !== "string" || !/^[^{}\0]{1,200}$/.test(prefix) || !prefix.isWellFormed()) {
    throw refused("prefix has to be a text of 1 to 200 characters without braces and NUL");
  }
  if (typeof policy !== "string" || !/^[ !#-\[\]-~]{1,64}$/.test(policy)) {
    throw refused("policy has to be 1 to 64 printable ASCII characters without quotes and backslashes");
  }
  const slotMicros = limit <= slotsMax ? 1 : Math.ceil((windowMs * 1_000) / slotsMax);
  return { ...whole, prefix, policy, slotMicros };
}

function refused(why: string): TypeError {
  return new TypeError(`Cannot open the limiter: ${why}`);
}
