/**
 * Judges one history by the properties of its scenario. Pure: an old run can be judged on another day.
 *
 * A safety violation stands whatever was disturbed; `holds` counts only in a valid run; a liveness verdict needs heals that
 * are certain. A run that the harness broke says nothing at all.
 */

import { voidReason } from "../core/disturbance.ts";
import type { Entry } from "../core/history.ts";
import type { Plan } from "../core/plan.ts";
import type { Property } from "../core/property.ts";
import type { Verdict } from "../core/verdict.ts";
import { unknown } from "../core/verdict.ts";
import { type View, view } from "../core/view.ts";

/** What the judgement of one run came to. */
export interface Judgement {
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Why the run's `holds` count for nothing. */
  readonly void: string | undefined;
  /** Why the harness is to blame: the session then ends with exit code 3. */
  readonly broken: string | undefined;
  readonly view: View;
}

/** Judges one history. Throws only if the history is no history, or a property has a bug. */
export function judge(plan: Plan, entries: readonly Entry[], properties: readonly Property[]): Judgement {
  const history = view(plan, entries);
  const reasons = voidReason(history);
  const verdicts = properties.map((property) => [property.name, judgeOne(property, history, reasons)] as const);
  return {
    verdicts: Object.fromEntries(verdicts),
    void: history.broken ? `the harness broke: ${history.broken}` : reasons.void,
    broken: history.broken,
    view: history,
  };
}

function judgeOne(property: Property, history: View, reasons: { void?: string; livenessVoid?: string }): Verdict {
  if (history.broken) return unknown(`the harness broke: ${history.broken}`);
  const verdict = property.check(history);
  if (verdict.verdict === "unknown") return verdict;
  if (property.kind === "liveness" && reasons.livenessVoid) return unknown(reasons.livenessVoid, verdict.examined);
  if (verdict.verdict === "holds" && reasons.void) return unknown(reasons.void, verdict.examined);
  return verdict;
}
