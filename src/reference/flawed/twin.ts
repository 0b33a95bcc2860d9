/**
 * What every flawed twin is made of: the good dedupe's own parts, with one step exchanged. A mode that a twin does not
 * name is the good one's, over the same connections; so a twin differs from the good one by its flaw alone.
 *
 * A sibling would do the same for another part of the reference. Nobody should copy from this folder: each file is here to
 * be caught.
 */

import { type BatchEffect, claimBatch } from "../dedupe/batch.ts";
import { verifyConstraint } from "../dedupe/constraint.ts";
import { type Deadline, Deadlines } from "../dedupe/deadline.ts";
import { keyed, type KeyedEvent, type WebhookEvent } from "../dedupe/event.ts";
import { Lanes } from "../dedupe/lanes.ts";
import { type Lease, underLease } from "../dedupe/lease.ts";
import type { Dedupe, DedupeOptions } from "../dedupe/mod.ts";
import { type Settings, settingsOf } from "../dedupe/options.ts";
import { Sessions } from "../dedupe/sessions.ts";
import type { Tx } from "../dedupe/transaction.ts";
import { inOneTransaction } from "../dedupe/transactional.ts";
import type { Verdict } from "../dedupe/verdict.ts";

/** What the good one's steps work with. */
export interface Parts {
  readonly settings: Settings;
  readonly lanes: Lanes;
  readonly sessions: Sessions;
}

/** One delivery, as the good one's steps are told of it. */
export interface Delivered<Given, T> {
  readonly event: KeyedEvent;
  readonly handler: (given: Given) => Promise<T> | T;
  readonly deadline: Deadline;
}

/** What a twin does differently. */
export interface Flaw {
  /** Instead of the good transactional mode. */
  transactional?<T>(parts: Parts, delivered: Delivered<Tx, T>): Promise<Verdict<T>>;
  /** Instead of the good lease mode. */
  leased?<T>(parts: Parts, delivered: Delivered<Lease, T>): Promise<Verdict<T>>;
  /** Statements of the good one that stand alone, each with the one that is sent instead; the values stay the same. */
  readonly statements?: ReadonlyMap<string, string>;
  /** Settings of its sessions that are not the good one's. */
  readonly startup?: Readonly<Record<string, string>>;
  /** The constraint is not looked for at the start. */
  readonly unverified?: true;
}

/** Opens a twin as `openDedupe` opens the good one. Throws what that throws. */
export async function openTwin(options: DedupeOptions, flaw: Flaw): Promise<Twin> {
  const twin = new Twin(settingsOf(options), flaw);
  try {
    await twin.verify();
    return twin;
  } catch (error) {
    // Any class: it is thrown on, the connection is only given back first.
    await twin[Symbol.asyncDispose]();
    throw error;
  }
}

/** The open twin: the modes of the good one, but for the flawed step. */
export class Twin implements Pick<Dedupe, "transactional" | "leased" | "batch">, AsyncDisposable {
  readonly #parts: Parts;
  readonly #flaw: Flaw;
  readonly #deadlines: Deadlines;
  readonly #calls = new Set<Promise<unknown>>();

  /** Use `openTwin`, which verifies the constraint first, unless the flaw is that nobody does. */
  constructor(good: Settings, flaw: Flaw) {
    const settings = { ...good, startup: { ...good.startup, ...flaw.startup } };
    const lanes = new OtherStatements(settings, flaw.statements ?? new Map());
    this.#parts = { settings, lanes, sessions: new Sessions(settings) };
    this.#flaw = flaw;
    this.#deadlines = new Deadlines(settings.deadlineMs);
  }

  /** Verifies the constraint as the good one does. */
  async verify(): Promise<void> {
    if (this.#flaw.unverified) return;
    await this.#call((deadline) => verifyConstraint(this.#parts, this.#parts.settings, deadline));
  }

  /** See `Dedupe.transactional`. */
  transactional<T>(event: WebhookEvent, handler: (tx: Tx) => Promise<T> | T): Promise<Verdict<T>> {
    const { sessions, settings } = this.#parts;
    return this.#call((deadline) =>
      this.#flaw.transactional?.(this.#parts, { event: keyed(event), handler, deadline }) ??
        inOneTransaction(sessions, settings, keyed(event), handler, deadline)
    );
  }

  /** See `Dedupe.leased`. */
  leased<T>(event: WebhookEvent, handler: (lease: Lease) => Promise<T> | T): Promise<Verdict<T>> {
    const { lanes, settings } = this.#parts;
    return this.#call((deadline) =>
      this.#flaw.leased?.(this.#parts, { event: keyed(event), handler, deadline }) ??
        underLease(lanes, settings, keyed(event), handler, deadline)
    );
  }

  /** See `Dedupe.batch`. */
  batch(events: readonly WebhookEvent[], effect: BatchEffect): Promise<Verdict<void>[]> {
    const { lanes, settings } = this.#parts;
    return this.#call((deadline) => claimBatch(lanes, settings, events, effect, deadline));
  }

  /** Waits for the calls in flight, and closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#calls);
    await Promise.all([this.#parts.lanes.close(), this.#parts.sessions.close()]);
    this.#deadlines.close();
  }

  async #call<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = this.#deadlines.start();
    const call = (async () => await work(deadline))();
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      deadline.clear();
      this.#calls.delete(call);
    }
  }
}

/** The good one's connections for single statements, which send some other statement instead. */
class OtherStatements extends Lanes {
  readonly #instead: ReadonlyMap<string, string>;

  constructor(settings: Settings, instead: ReadonlyMap<string, string>) {
    super(settings);
    this.#instead = instead;
  }

  override run<Row>(...[text, values, deadline]: Parameters<Lanes["run"]>): Promise<readonly Row[]> {
    return super.run<Row>(this.#instead.get(text) ?? text, values, deadline);
  }
}
