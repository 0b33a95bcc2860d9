/**
 * What every flawed twin is made of: the good dedupe's own parts, with one step exchanged. A mode that a twin does not
 * name is the good one's, over the same connections; so a twin differs from the good one by its flaw alone.
 *
 * A sibling would do the same for another part of the reference. Nobody should copy from this folder: each file is here to
 * be caught.
 */

import { verifyConstraint } from "../dedupe/constraint.ts";
import { Deadline } from "../dedupe/deadline.ts";
import { keyed, type KeyedEvent, type WebhookEvent } from "../dedupe/event.ts";
import { Lanes } from "../dedupe/lanes.ts";
import type { Lease } from "../dedupe/lease.ts";
import { Dedupe, type DedupeOptions } from "../dedupe/mod.ts";
import { type Settings, settingsOf } from "../dedupe/options.ts";
import { Sessions } from "../dedupe/sessions.ts";
import type { Tx } from "../dedupe/transaction.ts";
import type { Verdict } from "../dedupe/verdict.ts";

/** The open twin: the modes of the good one. */
export type Twin = Pick<Dedupe, "transactional" | "leased" | "batch"> & AsyncDisposable;

/** What the good one's steps are called with. */
export interface Parts {
  readonly settings: Settings;
  readonly lanes: Lanes;
  readonly sessions: Sessions;
}

/** One call of a mode: what the good one's `inOneTransaction` and `underLease` are told, in one value. */
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
  /** The constraint is not looked for at the start. */
  readonly unverified?: true;
}

/** Opens a twin as `openDedupe` opens the good one. Throws what that throws. */
export async function openTwin(options: DedupeOptions, flaw: Flaw): Promise<Twin> {
  const settings = settingsOf(options);
  const lanes = new OtherStatements(settings, flaw.statements ?? new Map());
  const parts = { settings, lanes, sessions: new Sessions(settings) };
  try {
    if (!flaw.unverified) await verifyConstraint(lanes, settings);
    return twinOf(parts, flaw);
  } catch (error) {
    // Any class: it is thrown on, the connection is only given back first.
    await lanes.close();
    throw error;
  }
}

function twinOf(parts: Parts, flaw: Flaw): Twin {
  const good = new Dedupe(parts.settings, parts.lanes, parts.sessions);
  const calls = new Set<Promise<unknown>>();
  /** As the good one does: each call has its deadline, and closing waits for the calls. */
  const called = async <Given, T>(
    delivered: Pick<Delivered<Given, T>, "handler"> & { event: WebhookEvent },
    step: (parts: Parts, delivered: Delivered<Given, T>) => Promise<Verdict<T>>,
  ) => {
    const deadline = new Deadline(parts.settings.deadlineMs);
    const call = (async () => await step(parts, { ...delivered, event: keyed(delivered.event), deadline }))();
    calls.add(call);
    try {
      return await call;
    } finally {
      deadline.clear();
      calls.delete(call);
    }
  };
  return {
    transactional: (event, handler) =>
      flaw.transactional ? called({ event, handler }, flaw.transactional) : good.transactional(event, handler),
    leased: (event, handler) => flaw.leased ? called({ event, handler }, flaw.leased) : good.leased(event, handler),
    batch: (events, effect) => good.batch(events, effect),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(calls);
      await good.close();
    },
  };
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
