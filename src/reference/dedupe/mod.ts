/**
 * Webhook dedupe on Postgres: each event is processed once, however often it is delivered, and whatever breaks.
 *
 * Three modes, by where the effect lives:
 * - `transactional`: rows in the same database. Claim and effect commit together, or neither.
 * - `leased`: somebody else's system. Claim with a lease and a fencing token; completion compares the token.
 * - `batch`: many events and their rows in one statement.
 *
 * Keep to one mode for a provider's events: a lease that ran out is taken over by lease mode alone.
 *
 * A sibling would keep the verdicts and the errors and put another store below them. To use it, copy this folder and
 * `../errors.ts`; it needs npm:pg (transactions), npm:postgres (all else) and npm:standardwebhooks (the receiver), and runs
 * in Deno and in Node from 22.18 on.
 */

import { StoreUnavailable } from "../errors.ts";
import { type BatchEffect, claimBatch } from "./batch.ts";
import { verifyConstraint } from "./constraint.ts";
import { type Deadline, Deadlines } from "./deadline.ts";
import { keyed, type WebhookEvent } from "./event.ts";
import { Lanes } from "./lanes.ts";
import { type Lease, underLease } from "./lease.ts";
import { type DedupeOptions, type Settings, settingsOf } from "./options.ts";
import { deleteOld, type PruneOptions } from "./prune.ts";
import { Sessions } from "./sessions.ts";
import { inOneTransaction } from "./transactional.ts";
import type { Tx } from "./transaction.ts";
import type { Verdict } from "./verdict.ts";

export type { BatchEffect } from "./batch.ts";
export type { WebhookEvent } from "./event.ts";
export type { Lease } from "./lease.ts";
export type { Log, LogRecord } from "./log.ts";
export type { DedupeOptions } from "./options.ts";
export type { PruneOptions } from "./prune.ts";
export { type ReceiverOptions, webhookReceiver } from "./receiver.ts";
export { schemaSql } from "./sql.ts";
export type { Rows, Tx } from "./transaction.ts";
export type { Busy, Conflict, Duplicate, First, Verdict } from "./verdict.ts";
export {
  Failure,
  HandlerTooSlow,
  LeaseLost,
  mask,
  MissingConstraint,
  OutcomeUnknown,
  StoreUnavailable,
  TransactionMisused,
} from "../errors.ts";

/**
 * Opens the dedupe and verifies from the catalog that the unique constraint is there.
 * Throws MissingConstraint (with the statement that would add it), StoreUnavailable, or a TypeError for a bad option.
 */
export async function openDedupe(options: DedupeOptions): Promise<Dedupe> {
  const settings = settingsOf(options);
  const dedupe = new Dedupe(settings);
  try {
    await dedupe.verify();
    return dedupe;
  } catch (error) {
    // Any class: it is thrown on, the connection is only given back first.
    await dedupe.close();
    throw error;
  }
}

/** The open dedupe. Every call answers within `deadlineMs`; none is repeated in here: the sender comes again. */
export class Dedupe implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #lanes: Lanes;
  readonly #sessions: Sessions;
  readonly #deadlines: Deadlines;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** Use `openDedupe`, which verifies the constraint first. */
  constructor(settings: Settings) {
    this.#settings = settings;
    this.#lanes = new Lanes(settings);
    this.#sessions = new Sessions(settings);
    this.#deadlines = new Deadlines(settings.deadlineMs);
  }

  /** Verifies from the catalog that the constraint is there. Throws MissingConstraint or StoreUnavailable. */
  verify(): Promise<void> {
    const connections = { lanes: this.#lanes, sessions: this.#sessions };
    return this.#call((deadline) => verifyConstraint(connections, this.#settings, deadline));
  }

  /**
   * Claims the event and runs the handler in one transaction: what it writes through `tx` commits with the claim, or
   * not at all. Throws StoreUnavailable or HandlerTooSlow (nothing happened), OutcomeUnknown (the COMMIT's answer was
   * lost), TransactionMisused, or unchanged what the handler threw (rolled back).
   */
  transactional<T>(event: WebhookEvent, handler: (tx: Tx) => Promise<T> | T): Promise<Verdict<T>> {
    return this.#call((deadline) => inOneTransaction(this.#sessions, this.#settings, keyed(event), handler, deadline));
  }

  /**
   * Claims the event under a lease and runs the handler, whose effects are elsewhere. Pass `lease.key` on to a receiver
   * that deduplicates (exactly once), or `lease.token` to one that fences (at least once, never stale). Throws
   * StoreUnavailable (the handler did not run), OutcomeUnknown, LeaseLost, or unchanged what the handler threw.
   */
  leased<T>(event: WebhookEvent, handler: (lease: Lease) => Promise<T> | T): Promise<Verdict<T>> {
    return this.#call((deadline) => underLease(this.#lanes, this.#settings, keyed(event), handler, deadline));
  }

  /**
   * Claims many events and writes their effect in one statement: all or nothing. `effect` is one INSERT, UPDATE or
   * DELETE that reads the new events from `fresh (event_id text, body bytea)`. Verdicts come in the events' order.
   */
  batch(events: readonly WebhookEvent[], effect: BatchEffect): Promise<Verdict<void>[]> {
    return this.#call((deadline) => claimBatch(this.#lanes, this.#settings, events, effect, deadline));
  }

  /** Deletes what is older than the retention, a few rows a statement; gives the number of rows deleted. */
  prune(options: PruneOptions = {}): Promise<number> {
    return deleteOld(this.#lanes, this.#settings, options, this.#deadlines);
  }

  /** Takes no more calls, waits for those in flight (each has its deadline), and closes every connection. */
  close(): Promise<void> {
    return this.#closing ??= (async () => {
      await Promise.allSettled(this.#inFlight);
      await Promise.all([this.#lanes.close(), this.#sessions.close()]);
      this.#deadlines.close();
    })();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #call<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      throw new StoreUnavailable("Cannot take the event: this instance is shutting down", { retryAfterMs: 1_000 });
    }
    const deadline = this.#deadlines.start();
    const call = (async () => await work(deadline))();
    this.#inFlight.add(call);
    try {
      return await call;
    } finally {
      deadline.clear();
      this.#inFlight.delete(call);
    }
  }
}
