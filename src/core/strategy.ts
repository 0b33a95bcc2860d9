/**
 * A strategy: a source of plans that may learn from the runs that it asked for.
 */

import type { Entry } from "./history.ts";
import type { Plan } from "./plan.ts";
import type { NamedScenario } from "./scenario.ts";
import type { Verdict } from "./verdict.ts";

/** One run, executed and judged. */
export interface Judged {
  readonly plan: Plan;
  readonly history: readonly Entry[];
  /** By the property's name. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Why the run's `holds` count for nothing; undefined for a valid run. */
  readonly void: string | undefined;
  /** Folder of the stored run, relative to the session's folder; undefined if it was not stored. */
  readonly stored: string | undefined;
  readonly seconds: number;
}

/** Bounds of a search. */
export interface Budget {
  /** Everything at the cheapest (`quick`), or each byte and pairs of messages (`nightly`). */
  readonly depth: "quick" | "nightly";
  /** The search stops asking for plans after this time, and says so. */
  readonly untilMs: number;
  readonly seed: number;
  /** How many runs may be under way at once. */
  readonly lanes: number;
  readonly shard: { readonly index: number; readonly of: number };
  readonly signal: AbortSignal;
  /** The monotonic clock that `untilMs` is of. */
  now(): number;
}

/** A place that a strategy planned to disturb, for the coverage and the table of places. */
export interface PlannedPlace {
  /** The plan's identity. */
  readonly identity: string;
  /** `open connection`, `new connection`. */
  readonly conversation: string;
  /** Row of the table: `up Execute[1]`. */
  readonly message: string;
  /** The statement or state that the message carries, if any. */
  readonly text: string | undefined;
  /** Column of the table: `cut before`, `stall`, `barrier` ... */
  readonly disturbance: string;
}

/** What a search reports besides its runs. */
export interface Progress {
  /** A place was planned. Its run follows with the same identity. */
  planned(place: PlannedPlace): void;
  /** The search ended before all that it had planned was done. */
  interrupted(why: string): void;
  /** A smaller plan than `from` violates the same property. */
  shrunk(from: string, to: Judged): void;
}

/**
 * Executes and judges a plan. A void run is executed again, a few times; only once where another plan will do as well.
 */
export type Attempt = (plan: Plan, options?: { readonly once?: boolean }) => Promise<Judged>;

/** A source of plans that may learn from the runs that it asked for. */
export interface Strategy {
  readonly name: string;
  /** So many of its plans may be executed one after the other on the same instances, if the subject allows it. */
  seriesMax(scenario: NamedScenario["scenario"]): number;
  search(
    named: NamedScenario,
    budget: Budget,
    attempt: Attempt,
    progress: Progress,
  ): AsyncIterable<Judged>;
}
