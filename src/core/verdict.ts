/**
 * Verdicts: holds, violated, unknown. Violations are values; an exception means that the harness is broken.
 *
 * A safety violation stands whatever was disturbed; `holds` must be earned by having examined something.
 */

/** The claim held wherever it was examined. */
export interface Holds {
  readonly verdict: "holds";
  /** How many keys, calls, effects or grants were examined. */
  readonly examined: number;
}

/** The claim does not hold, and these entries prove it. */
export interface Violated {
  readonly verdict: "violated";
  readonly examined: number;
  /** One sentence with the plan's own names: `event e1 was processed twice, by d1.1 and d1.2`. */
  readonly because: string;
  /** Indexes into the history of the fewest entries that prove it, in order. */
  readonly evidence: readonly number[];
}

/** Nothing can be said. */
export interface Unknown {
  readonly verdict: "unknown";
  readonly examined: number;
  readonly because: string;
}

/** What a property says about one history. */
export type Verdict = Holds | Violated | Unknown;

/** `holds` if anything was examined, else unknown: a property that saw nothing proves nothing. */
export function holds(examined: number, what = "nothing to examine"): Holds | Unknown {
  return examined > 0 ? { verdict: "holds", examined } : { verdict: "unknown", examined: 0, because: what };
}

/** A violation with the entries that prove it. */
export function violated(examined: number, because: string, evidence: readonly number[]): Violated {
  return { verdict: "violated", examined, because, evidence: [...evidence].sort((a, b) => a - b) };
}

/** Nothing can be said, and why. */
export function unknown(because: string, examined = 0): Unknown {
  return { verdict: "unknown", examined, because };
}
