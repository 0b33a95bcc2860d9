/**
 * What a user may set. All instances should agree, on `prefix` above all: a task is known by it and its key. A sibling would
 * take an open client instead of a url, and share it.
 */

import type { ConnectionOptions } from "node:tls";
import type { Log } from "./log.ts";

/** Options of `openIdempotency`; all but `url` have a default. Times are milliseconds, and whole numbers from 1. */
export interface IdempotencyOptions {
  /** Where Redis is: `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string | URL;
  readonly tls?: ConnectionOptions | undefined;
  /** Every key in Redis begins with it; without braces. Default "idempotency:". */
  readonly prefix?: string | undefined;
  /** Redis has to answer within this, in each phase: claim, completion, release. Default 5,000. */
  readonly deadlineMs?: number | undefined;
  /** A task has this long; if its worker dies, another one gets it after this. Default 30,000. */
  readonly leaseMs?: number | undefined;
  /** Longer than the lease: it is renewed while the task runs, so long in all. Default: as the lease, so it is not renewed. */
  readonly holdMsMax?: number | undefined;
  /** For how long a task is remembered after it was last touched. Longer than anybody retries. Default 24 hours. */
  readonly rememberMs?: number | undefined;
  /** The most bytes of a stored result, as JSON; a larger one is not stored. Default 65,536. */
  readonly resultBytesMax?: number | undefined;
  /** How long `close` waits for tasks before it tells them to stop. Default 10,000. */
  readonly closeMs?: number | undefined;
  /** Receives one record for each thing worth knowing; default: nothing is written. */
  readonly log?: Log | undefined;
}

type Whole = "deadlineMs" | "leaseMs" | "holdMsMax" | "rememberMs" | "resultBytesMax" | "closeMs";

/** The options, complete and checked. */
export interface Settings extends Readonly<Record<Whole, number>> {
  readonly prefix: string;
  readonly log: Log;
}

const timerMsMax = 2 ** 31 - 1;
const most: Partial<Readonly<Record<Whole, number>>> = {
  rememberMs: 365 * 24 * 3_600_000,
  resultBytesMax: 16 * 2 ** 20,
};

/** Completes the options. Throws a TypeError for one that cannot work. */
export function settingsOf(options: IdempotencyOptions): Settings {
  const leaseMs = options.leaseMs ?? 30_000;
  const whole: Record<Whole, number> = {
    deadlineMs: options.deadlineMs ?? 5_000,
    leaseMs,
    holdMsMax: options.holdMsMax ?? leaseMs,
    rememberMs: options.rememberMs ?? 24 * 3_600_000,
    resultBytesMax: options.resultBytesMax ?? 65_536,
    closeMs: options.closeMs ?? 10_000,
  };
  for (const [name, value] of Object.entries(whole) as [Whole, number][]) {
    const valueMax = most[name] ?? timerMsMax;
    if (Number.isSafeInteger(value) && value >= 1 && value <= valueMax) continue;
    throw refused(`${name} has to be a whole number from 1 to ${valueMax}, not "${value}"`);
  }
  for (const longer of ["holdMsMax", "rememberMs"] as const) {
    if (whole[longer] < leaseMs) throw refused(`${longer} (${whole[longer]}) has to be at least leaseMs (${leaseMs})`);
  }
  const prefix = options.prefix ?? "idempotency:";
  // Braces would make another hash tag: a caller's key alone says in which slot of a cluster it lies.
  if (typeof prefix !== "string" || !/^[^{}\0]{1,200}$/.test(prefix) || !prefix.isWellFormed()) {
    throw refused("prefix has to be a text of 1 to 200 characters without braces and NUL");
  }
  return { ...whole, prefix, log: options.log ?? (() => {}) };
}

function refused(why: string): TypeError {
  return new TypeError(`Cannot open idempotency: ${why}`);
}
