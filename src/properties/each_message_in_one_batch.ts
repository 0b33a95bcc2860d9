/**
 * Each message is handled with one batch: what was accepted is in a committed batch or among the dead letters, and in no more than
 * one place of one batch.
 *
 * Committed is what has an effect, with its batch and position. A batch that is committed twice is another property's business (a
 * sink that only fences may see it so); two batches, or two places in one, are this one's. A dead letter that is put back may
 * be committed after all. A sibling judges in which order a batch is put together.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, type Verdict, violated } from "../core/verdict.ts";
import type { KeyView, OperationView, View } from "../core/view.ts";
import { firstAcknowledged, isQueued } from "./acknowledged.ts";
import { deadLettersOf, type Membership, membershipsOf, whyUnseen } from "./batches.ts";

/** Violated by a message in two places, or acknowledged and in none. Examines the messages that were acknowledged or committed. */
export const eachMessageInOneBatch: Property = {
  name: "each_message_in_one_batch",
  claim: "Every accepted message is in exactly one committed batch, or a dead letter",
  kind: "safety",
  check(history) {
    const dead = deadLettersOf(history);
    let examined = 0;
    let twice: { readonly key: KeyView; readonly places: readonly [Membership, Membership] } | undefined;
    let late: KeyView | undefined;
    let nowhere: { readonly key: KeyView; readonly acknowledged: OperationView } | undefined;
    for (const key of history.keys.values()) {
      const acknowledged = firstAcknowledged(key);
      const places = membershipsOf(key);
      if (!acknowledged && places.length === 0) continue;
      examined++;
      const other = places.find(({ batch, position }) =>
        batch !== places[0]!.batch || position !== places[0]!.position
      );
      if (other) twice ??= { key, places: [places[0]!, other] };
      if (!acknowledged || isCommitted(key) || dead.has(key.key)) continue;
      if (isQueued(history, key)) late ??= key;
      else nowhere ??= { key, acknowledged };
    }
    if (twice) return violated(examined, inTwo(twice), twice.places.map(({ effect }) => effect.index));
    if (nowhere) return lost(history, nowhere, examined);
    if (late) return unknown(`message ${late.key} was still queued at the end, so its batch was to come`, examined);
    if (!history.quiet) return unknown("the run did not become quiet, so more batches may have come", examined);
    return holds(examined, "no message was accepted");
  },
};

/** Any effect counts, also one that does not say in which batch it was made. */
function isCommitted({ effects, sinks }: KeyView): boolean {
  return effects.length > 0 || sinks.some(({ answer }) => answer !== "refused");
}

function inTwo({ key, places: [one, two] }: { key: KeyView; places: readonly [Membership, Membership] }): string {
  const where = one.batch === two.batch ? "twice in one committed batch" : "in two committed batches";
  return `message ${key.key} is ${where}: ${one.batch}[${one.position}] and ${two.batch}[${two.position}]`;
}

function lost(
  history: View,
  { key, acknowledged }: { key: KeyView; acknowledged: OperationView },
  examined: number,
): Verdict {
  const what = `message ${key.key} was acknowledged to ${acknowledged.id}`;
  if (!history.quiet) return unknown(`${what}; the run did not become quiet, so its batch may still come`, examined);
  if (history.lastHealAtMs === undefined) {
    return unknown(`${what}; not all that was disturbed is certain to be healed, so its batch may be unseen`, examined);
  }
  const unseen = whyUnseen(history);
  if (unseen) return unknown(`${what}; ${unseen}, so it may be a dead letter`, examined);
  const because = `${what}, and is in no committed batch and no dead letter`;
  return violated(examined, because, [acknowledged.invoke.index, acknowledged.settled!.index]);
}
