/**
 * Shrinking: smaller and smaller plans that still violate, each step confirmed by executing it several times, bounded in
 * number and time.
 */

import type { Budget, Judged, Progress } from "../core/strategy.ts";
import type { NamedScenario } from "../core/scenario.ts";
import type { Plan } from "../core/plan.ts";
import { type Drawn, violates } from "./sample.ts";

/** Each candidate is executed up to so many times; it counts as violating if one of them violates. */
export const confirmationsMax = 3;
/** Most executions and most time of one shrinking. */
export const executionsMax = 120;
/** As above, in ms; the budget's end bounds it too. */
export const shrinkingMsMax = 20_000;

/** Yields every run that was made for it; the smallest so far is told to `progress`. */
export async function* shrink(
  drawn: Drawn,
  first: Judged,
  search: { named: NamedScenario; budget: Budget; attempt(plan: Plan): Promise<Judged>; progress: Progress },
): AsyncGenerator<Judged> {
  const { named, budget, attempt, progress } = search;
  const endMs = Math.min(budget.untilMs, budget.now() + shrinkingMsMax);
  let left = executionsMax;
  let current = drawn.value;
  let smallest = first;
  for (let smaller = true; smaller;) {
    smaller = false;
    for (const candidate of drawn.arbitrary.shrink(current.value_, current.context)) {
      let hit: Judged | undefined;
      for (let k = 0; k < confirmationsMax && !hit; k++) {
        if (left-- <= 0 || budget.now() >= endMs || budget.signal.aborted) return;
        const judged = await attempt({
          ...candidate.value,
          identity: `${first.plan.identity}, smaller ${executionsMax - left}`,
        });
        yield judged;
        if (violates(named, judged)) hit = judged;
      }
      if (!hit) continue;
      current = candidate;
      smallest = hit;
      progress.shrunk(first.plan.identity, smallest);
      smaller = true;
      break;
    }
  }
}
