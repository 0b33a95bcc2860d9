/**
 * A property: a pure judgement of one history.
 */

import type { View } from "./view.ts";
import type { Verdict } from "./verdict.ts";

/** A pure judgement of one history. */
export interface Property {
  /** As in the file's name: `at_most_once`. */
  readonly name: string;
  /** What is claimed, in a sentence, for the report. */
  readonly claim: string;
  /** safety: a violation stands even if a fault was not confirmed · liveness: needs confirmed heals and a healthy observer. */
  readonly kind: "safety" | "liveness";
  check(history: View): Verdict;
}
