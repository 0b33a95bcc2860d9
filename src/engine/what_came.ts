/**
 * What came of a disturbed operation, in a few words, for the table of places.
 */

import type { OperationView, View } from "../core/view.ts";

/** For example `acknowledged`, or `unknown (CONNECTION_CLOSED), then ok`. Of the first delivery, whose operation is disturbed. */
export function whatCame(view: View): string {
  const sends = [...view.operations.values()].filter((operation) => operation.delivery === "d1");
  const words = sends.map(inAWord);
  if (words.length <= 2) return words.join(", then ");
  return `${words[0]}, then ${words.at(-1)} at the ${words.length}th`;
}

function inAWord(operation: OperationView): string {
  if (operation.outcome === "ok") return verdictOf(operation) ?? "acknowledged";
  if (operation.outcome === "fail") return "certainly nothing";
  const settled = operation.settled;
  if (settled?.type !== "info") return "never settled";
  return settled.because === "thrown" ? "unknown" : `unknown (${settled.because})`;
}

/** Subjects that answer `{ verdict: "duplicate" }` are quoted. */
function verdictOf(operation: OperationView): string | undefined {
  if (operation.settled?.type !== "ok") return undefined;
  const value = operation.settled.value;
  if (typeof value !== "object" || value === null || !("verdict" in value)) return undefined;
  return String(value.verdict).slice(0, 20);
}
