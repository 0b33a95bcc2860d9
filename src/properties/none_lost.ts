/**
 * Nothing acknowledged is lost: once all is healed and quiet, each key that was answered ok has an effect, or is a dead letter.
 *
 * Any answer of the key counts as its acknowledgement, `first` or `duplicate`: the sender does not come again. Operations that
 * make no effect of their own owe none. A `duplicate` of the sink shows an effect too. Only an effect of an operation begun before the acknowledgement counts: where a later send
 * made it, the event was lost, and the sender that came again without need has mended it by luck. Without quiescence an effect
 * that is there is there, and one that is not may still come. A sibling judges other things that a subject took on.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { KeyView, OperationView } from "../core/view.ts";
import { firstAcknowledged, isQueued } from "./acknowledged.ts";
import { deadLettersOf, whyUnseen } from "./batches.ts";

/** Violated by an acknowledged key with neither effect nor dead letter. Examines the acknowledged keys. */
export const noneLost: Property = {
  name: "none_lost",
  claim: "Every acknowledged event has its effect once all is healed and quiet",
  kind: "safety",
  check(history) {
    const dead = deadLettersOf(history);
    let examined = 0;
    let first: KeyView | undefined;
    let late: KeyView | undefined;
    for (const key of history.keys.values()) {
      const acknowledged = firstAcknowledged(key);
      if (!acknowledged) continue;
      examined++;
      if (hasEffect(key, acknowledged) || dead.has(key.key)) continue;
      if (isQueued(history, key)) late ??= key;
      else first ??= key;
    }
    if (!first && late) {
      return unknown(`event ${late.key} was still queued at the end, so its effect was to come`, examined);
    }
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
    const unseen = whyUnseen(history);
    if (unseen) return unknown(`${unseen}, so ${first.key} may be a dead letter`, examined);
    const acknowledged = firstAcknowledged(first)!;
    const later = first.effects[0] ?? first.sinks.find((sink) => sink.answer !== "refused");
    const because = `event ${first.key} was acknowledged to ${acknowledged.id} and has no effect` +
      (later ? ` but that of ${later.operation}, which was sent after it` : "");
    return violated(examined, because, [
      acknowledged.invoke.index,
      acknowledged.settled!.index,
      ...(later ? [later.index] : []),
    ]);
  },
};

/** An effect of an operation that is not in the history counts: nobody can say that it came too late. */
function hasEffect({ operations, effects, sinks }: KeyView, acknowledged: OperationView): boolean {
  const late = new Set(operations.filter((o) => o.invoke.index > acknowledged.settled!.index).map((o) => o.id));
  return effects.some((effect) => !late.has(effect.operation)) ||
    sinks.some((sink) => sink.answer !== "refused" && !late.has(sink.operation));
}
