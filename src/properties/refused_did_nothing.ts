/**
 * A refusal is the truth: an attempt that was answered `fail` made no effect.
 *
 * `fail` says that it is certain that nothing happened; who is not certain must not say it. Effects carry the id of the
 * operation that made them. A sibling judges another promise that an answer makes.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";

/** Violated by an effect of an operation whose outcome is `fail`. Examines the operations that failed. */
export const refusedDidNothing: Property = {
  name: "refused_did_nothing",
  claim: "An attempt that was refused made no effect",
  kind: "safety",
  check(history) {
    let examined = 0;
    for (const operation of history.operations.values()) if (operation.outcome === "fail") examined++;
    for (const { key, effects, sinks } of history.keys.values()) {
      for (const effect of [...effects, ...sinks]) {
        if (effect.type === "sink" && effect.answer !== "accepted") continue;
        const operation = history.operations.get(effect.operation);
        if (operation?.outcome !== "fail") continue;
        const because = `${operation.id} was refused, and yet made an effect of ${key}`;
        return violated(examined, because, [operation.invoke.index, operation.settled!.index, effect.index]);
      }
    }
    if (!history.quiet) return unknown("the run did not become quiet, so an effect may still have come", examined);
    return holds(examined, "no attempt was refused");
  },
};
