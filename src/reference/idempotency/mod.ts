/**
 * An idempotency checker on Redis, for task workers and for HTTP: each task is run once, however often it is asked for, by any
 * number of instances.
 *
 *     const idempotency = await openIdempotency({ url, leaseMs: 30_000 });
 *     const { verdict } = await idempotency.run(`invoice ${id}`, async (lease) => {
 *       await billing.charge(order, { idempotencyKey: lease.key, fence: lease.token, signal: lease.signal });
 *     });
 *     Deno.serve(idempotentHandler({ idempotency, client: (request) => accountOf(request), handle }));
 *
 * What holds, whatever breaks:
 * - A task begins only after Redis has said, completely and without an error, that nobody has it and that it is not done. If
 *   Redis cannot be asked, that is StoreUnavailable within `deadlineMs`, and the task is not run: never "not processed yet".
 * - While one worker has the lease, all others are told "busy". If it crashes, another gets the task after `leaseMs`, not after
 *   a day; if its task throws, at once. Time is Redis's alone; the holder's own begins before the request, so it ends first.
 * - A task that is done is remembered for `rememberMs`, with what it returned if that is small JSON. Only the newest token
 *   completes; a worker who lost its lease is told so (LeaseLost).
 * - A lost answer of a claim or a completion is asked for again with the same owner or token, within the same deadline.
 * - The same key with another fingerprint is "conflict", also while the first task runs and after it failed.
 *
 * What does not hold. A worker that lost its lease, or whose completion is unknown (OutcomeUnknown), has worked, and the next
 * one works again: so a task is run at least once. The effect is exactly once at a receiver that remembers `lease.key`; one
 * that refuses tokens lower than it has seen gets no effect of a stale holder. A Redis that forgets (a restart without
 * persistence, a failover to a replica that lags behind) forgets what is done: then tasks are run again, with higher tokens as
 * long as its clock goes on. Where that must not be, let Postgres remember: `../dedupe`.
 *
 * A task takes about 200 bytes of Redis, and its result, for `rememberMs`. Each has one key, so any slot of a cluster will
 * do (this client asks one node; a sibling of `../redis.ts` would find the others). Keys may be any text up to 1 MiB; those
 * that are not short and plain are stored as their SHA-256. Out of memory Redis refuses claims, and lets completions pass:
 * what was done is to be remembered.
 *
 * To use it, copy this folder, `../errors.ts`, `../redis.ts` and `../redis_*.ts`; it needs npm:ioredis, and runs in Deno and
 * in Node from 22.18 on. A sibling would keep the verdicts and put another store below them.
 */

import { openRedis, type Redis } from "../redis.ts";
import type { Lease } from "./lease.ts";
import { type IdempotencyOptions, type Settings, settingsOf } from "./options.ts";
import { scripts } from "./scripts.ts";
import { Store } from "./store.ts";
import type { Verdict } from "./verdict.ts";
import { Work } from "./work.ts";

export { idempotentHandler, type IdempotentHandlerOptions } from "./handler.ts";
export type { Lease } from "./lease.ts";
export type { Log, LogRecord } from "./log.ts";
export type { IdempotencyOptions } from "./options.ts";
export type { Busy, Conflict, Duplicate, First, Verdict } from "./verdict.ts";
export { Failure, LeaseLost, mask, OutcomeUnknown, StoreUnavailable, UnsuitableStore } from "../errors.ts";

/** Opens the checker. Throws a TypeError for a bad option, UnsuitableStore with what to change, or StoreUnavailable. */
export async function openIdempotency(options: IdempotencyOptions): Promise<Idempotency> {
  const settings = settingsOf(options);
  const { url, tls, log } = options;
  return new Idempotency(await openRedis({ url, tls, log, deadlineMs: settings.deadlineMs }, scripts), settings);
}

/** The open checker. */
export class Idempotency implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #work: Work;
  #closing: Promise<void> | undefined;

  /** Use `openIdempotency`, which looks at the server first. */
  constructor(redis: Redis, settings: Settings) {
    this.#redis = redis;
    this.#work = new Work(new Store(redis, settings), settings);
  }

  /**
   * Runs the task unless it is done, in work, or another one. Answers within twice `deadlineMs` (the claim; the completion or
   * release) and `holdMsMax`. `fingerprint` tells another task with the same key apart: its input, or a hash of it. Throws
   * StoreUnavailable and UnsuitableStore (the task was not run), OutcomeUnknown and LeaseLost (it was, and may be run again), a
   * TypeError for a bad key or a result that is no JSON, or unchanged what the task threw (it may be run again at once).
   */
  run<T>(
    key: string,
    task: (lease: Lease) => Promise<T> | T,
    { fingerprint }: { readonly fingerprint?: string | undefined } = {},
  ): Promise<Verdict<T>> {
    return this.#work.run(key, task, fingerprint);
  }

  /**
   * Takes no more tasks, waits `closeMs` for those that run, tells the rest to stop (their leases run out by themselves), and
   * closes the connection.
   */
  close(): Promise<void> {
    return this.#closing ??= (async () => {
      await this.#work.stop();
      await this.#redis.close();
    })();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
