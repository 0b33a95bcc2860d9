/**
 * What a user may set. All instances of a debouncer have to agree on `prefix` and `shards` (which is checked), and should on
 * the rest: a conversation falls due as the instance says that pushed last. A sibling would keep these in Redis, for all.
 */

import type { ConnectionOptions } from "node:tls";
import type { Handled } from "./handle.ts";
import type { Log } from "./log.ts";
import type { Stats } from "./stats.ts";

/** Options of `openDebouncer`; all but `url` and `quietMs` have a default. Times are milliseconds, and whole numbers from 1. */
export interface DebouncerOptions {
  /** Where Redis is: `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string | URL;
  readonly tls?: ConnectionOptions | undefined;
  /** Every key begins with it; without braces. One debouncer has one, in all instances. Default "debouncer:". */
  readonly prefix?: string | undefined;
  /** A conversation falls due when no new message has come for this time. 0 is refused: that is a queue. */
  readonly quietMs: number;
  /** It falls due at this time after its first message, however many come. At least `quietMs`. Default: 10 × `quietMs`. */
  readonly maxWaitMs?: number | undefined;
  /** The most messages of one batch, 1 to 1,000: a conversation that has so many is due at once. Default 100. */
  readonly batchMax?: number | undefined;
  /** The same in bytes, as they are stored. A single message may have more. Default 4 MiB, or `messageBytesMax` if larger. */
  readonly batchBytesMax?: number | undefined;
  /** The longest body in bytes; longer ones are refused before anything is sent. Default 1 MiB, at most 64 MiB. */
  readonly messageBytesMax?: number | undefined;
  /** For how long a message id is remembered after it was accepted. It costs some 150 bytes an id. Default 24 hours. */
  readonly rememberMs?: number | undefined;
  /**
   * A handler has to be done within this time; then its batch may be taken over. It runs from before the batch was asked for: make it much
   * longer than `deadlineMs`, or a late answer leaves no time. Default 60,000.
   */
  readonly leaseMs?: number | undefined;
  /** After so many attempts a batch becomes a dead letter. Default 5. */
  readonly attemptsMax?: number | undefined;
  /** How long a batch waits after its first failed attempt; doubled after each, up to `leaseMs` or this. Default 1,000. */
  readonly retryMs?: number | undefined;
  /** Parts into which conversations are spread, 1 to 1,024; each polls for itself. Never changed later. Default 1. */
  readonly shards?: number | undefined;
  /** The most batches that the loop of this instance handles at a time, and that a `turn` takes of each shard. Default 32. */
  readonly concurrencyMax?: number | undefined;
  /** The most batches that one script call hands out, 1 to 1,000. Default 32. */
  readonly takeMax?: number | undefined;
  /** The loop asks at least this often: it bounds the lag of batches that another instance made full. Default 250. */
  readonly pollMs?: number | undefined;
  /** Each call of Redis is answered within this. Default 5,000. */
  readonly deadlineMs?: number | undefined;
  /** How long `close` waits for handlers. Default 10,000. */
  readonly closeMs?: number | undefined;
  /** Receives one record for each thing worth knowing; default: nothing is written. */
  readonly log?: Log | undefined;
  /** Is told how each batch of the loop ended: for counters, and for errors, which it is given unchanged. */
  readonly onHandled?: ((handled: Handled) => void) | undefined;
  /** Is given the figures of `stats()` every `statsMs` while the loop runs. */
  readonly onStats?: ((stats: Stats) => void) | undefined;
  /** Default 10,000. */
  readonly statsMs?: number | undefined;
}

type Whole =
  | "quietMs"
  | "maxWaitMs"
  | "batchMax"
  | "batchBytesMax"
  | "messageBytesMax"
  | "rememberMs"
  | "leaseMs"
  | "attemptsMax"
  | "retryMs"
  | "shards"
  | "concurrencyMax"
  | "takeMax"
  | "pollMs"
  | "deadlineMs"
  | "closeMs"
  | "statsMs";

/** The options, complete and checked. */
export interface Settings extends Readonly<Record<Whole, number>> {
  readonly prefix: string;
  readonly log: Log;
  readonly onHandled: (handled: Handled) => void;
  readonly onStats: ((stats: Stats) => void) | undefined;
}

const mebibyte = 2 ** 20;
const timerMsMax = 2 ** 31 - 1;

/** What is the most of each; those that are not named end where a timer does. */
const most: Partial<Readonly<Record<Whole, number>>> = {
  batchMax: 1_000, // a script's stack holds some 8,000 values
  batchBytesMax: 256 * mebibyte, // a reply is one text
  messageBytesMax: 64 * mebibyte,
  rememberMs: 365 * 24 * 3_600_000,
  shards: 1_024,
  takeMax: 1_000,
};

/** Completes the options. Throws a TypeError for one that cannot work. */
export function settingsOf(options: DebouncerOptions): Settings {
  const messageBytesMax = options.messageBytesMax ?? mebibyte;
  const whole: Record<Whole, number> = {
    quietMs: options.quietMs,
    maxWaitMs: options.maxWaitMs ?? Math.min(10 * options.quietMs, timerMsMax),
    batchMax: options.batchMax ?? 100,
    messageBytesMax, // before the next, whose default it may be
    batchBytesMax: options.batchBytesMax ?? Math.max(4 * mebibyte, messageBytesMax),
    rememberMs: options.rememberMs ?? 24 * 3_600_000,
    leaseMs: options.leaseMs ?? 60_000,
    attemptsMax: options.attemptsMax ?? 5,
    retryMs: options.retryMs ?? 1_000,
    shards: options.shards ?? 1,
    concurrencyMax: options.concurrencyMax ?? 32,
    takeMax: options.takeMax ?? 32,
    pollMs: options.pollMs ?? 250,
    deadlineMs: options.deadlineMs ?? 5_000,
    closeMs: options.closeMs ?? 10_000,
    statsMs: options.statsMs ?? 10_000,
  };
  for (const [name, value] of Object.entries(whole) as [Whole, number][]) {
    const valueMax = most[name] ?? timerMsMax;
    if (Number.isSafeInteger(value) && value >= 1 && value <= valueMax) continue;
    throw refused(`${name} has to be a whole number from 1 to ${valueMax}, not "${value}"`);
  }
  if (whole.maxWaitMs < whole.quietMs) {
    throw refused(`maxWaitMs (${whole.maxWaitMs}) has to be at least quietMs (${whole.quietMs})`);
  }
  const prefix = options.prefix ?? "debouncer:";
  // Braces would make another hash tag, and tear a script's keys apart in a cluster.
  if (typeof prefix !== "string" || !/^[^{}\0]{1,200}$/.test(prefix) || !prefix.isWellFormed()) {
    throw refused(`prefix has to be a text of 1 to 200 characters without braces and NUL`);
  }
  const { log = () => {}, onHandled = () => {}, onStats } = options;
  return { ...whole, prefix, log, onHandled, onStats };
}

function refused(why: string): TypeError {
  return new TypeError(`Cannot open the debouncer: ${why}`);
}
