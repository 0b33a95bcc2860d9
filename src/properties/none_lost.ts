/**
 * Nothing acknowledged is lost: once all is healed and quiet, each key that was answered ok has an effect.
 *
 * Any answer of the key counts as its acknowledgement, `first` or `duplicate`: the sender does not come again. A `duplicate`
 * of the sink shows an effect too. Without quiescence an effect that is there is there, and one that is not may still come.
 * A sibling judges other things that a subject took on.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { KeyView } from "../core/view.ts";

/** Violated by an acknowledged key without any effect. Examines the acknowledged keys. */
export const noneLost: Property = {
  name: "none_lost",
  claim: "Every acknowledged event has its effect once all is healed and quiet",
  kind: "safety",
  check(history) {
    let examined = 0;
    const lost: KeyView[] = [];
    for (const key of history.keys.values()) {
      if (!key.operations.some((operation) => operation.outcome === "ok")) continue;
      examined++;
      if (!hasEffect(key)) lost.push(key);
    }
    const [first] = lost;
    if (!first) return holds(examined, "nothing was acknowledged");
    if (!history.quiet) {
      return unknown(`the run did not become quiet, so the effect of ${first.key} may still have come`, examined);
    }
    if (history.lastHealAtMs === undefined) {
      return unknown(
        `not all that was disturbed is certain to be healed, so the effect of ${first.key} may be out of sight`,
        examined,
      );
    }
    const acknowledged = first.operations.find((operation) => operation.outcome === "ok")!;
    const because = `event ${first.key} was acknowledged to ${acknowledged.id} and has no effect`;
    return violated(examined, because, [acknowledged.invoke.index, acknowledged.settled!.index]);
  },
};

function hasEffect(key: KeyView): boolean {
  return key.effects.length > 0 || key.sinks.some((sink) => sink.answer !== "refused");
}
