/**
 * A batch keeps the order of acceptance: a message that was pushed when an earlier one had been acknowledged stands behind it.
 *
 * Judged are messages of one committed batch, by the positions that their effects tell; batches among themselves are in no order,
 * for a takeover may commit late. A push that is not certain to have done nothing may have been the one that was accepted, so a
 * message counts as pushed from the first of these on; those that overlap are free, and so are dead letters that were put back.
 * A sibling judges when a batch is handled.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { KeyView, OperationView, View } from "../core/view.ts";
import { firstAcknowledged, isEffectless } from "./acknowledged.ts";
import { deadLettersOf, type Membership, membershipsOf } from "./batches.ts";

/** Violated by two messages in the other order. Examines the messages that certainly came after another one of their batch. */
export const orderKept: Property = {
  name: "order_kept",
  claim: "The messages of a batch are in the order in which they were accepted",
  kind: "safety",
  check(history) {
    let examined = 0;
    for (const [batch, messages] of committed(history)) {
      const firstAck = Math.min(...messages.map(acknowledgedAt));
      examined += messages.filter((message) => pushedAt(message) > firstAck).length;
      const pair = reversed(messages);
      if (!pair) continue;
      const [earlier, later] = pair;
      const because = `${later.key} stands before ${earlier.key} in batch ${batch}, ` +
        `although it was pushed after ${earlier.key} had been acknowledged to ${earlier.acknowledged!.id}`;
      const evidence = [earlier.acknowledged!.settled!, later.pushed!.invoke, earlier.effect, later.effect];
      return violated(examined, because, evidence.map(({ index }) => index));
    }
    if (!history.quiet) return unknown("the run did not become quiet, so more batches may have come", examined);
    return holds(examined, "no two messages of a batch were certainly accepted one after the other");
  },
};

/** A message at its place in a batch. */
interface Placed {
  readonly key: string;
  readonly position: number;
  readonly effect: Membership["effect"];
  readonly pushed: OperationView | undefined;
  readonly acknowledged: OperationView | undefined;
}

/** The messages of each committed batch by their positions. One that stands in a batch twice has no certain place there. */
function committed(history: View): ReadonlyMap<string, readonly Placed[]> {
  const dead = deadLettersOf(history);
  const batches = new Map<string, Placed[]>();
  for (const key of history.keys.values()) {
    if (dead.has(key.key)) continue;
    const places = Map.groupBy(membershipsOf(key), ({ batch }) => batch);
    for (const [batch, [place, ...more]] of places) {
      if (more.some(({ position }) => position !== place!.position)) continue;
      const { position, effect } = place!;
      const message = { key: key.key, position, effect, pushed: firstPush(key), acknowledged: firstAcknowledged(key) };
      const others = batches.get(batch);
      if (others) others.push(message);
      else batches.set(batch, [message]);
    }
  }
  for (const messages of batches.values()) messages.sort((a, b) => a.position - b.position);
  return batches;
}

/** The first push that may have been accepted. */
function firstPush({ operations }: KeyView): OperationView | undefined {
  let first: OperationView | undefined;
  for (const operation of operations) {
    if (operation.outcome === "fail" || isEffectless(operation)) continue;
    if (!first || operation.invoke.index < first.invoke.index) first = operation;
  }
  return first;
}

/** The first pair, from the back, in which the one that stands before was pushed when the other had been acknowledged. */
function reversed(messages: readonly Placed[]): [earlier: Placed, later: Placed] | undefined {
  let behind: Placed | undefined;
  for (const message of messages.toReversed()) {
    if (behind && behind.position > message.position && acknowledgedAt(behind) < pushedAt(message)) {
      return [behind, message];
    }
    if (!behind || acknowledgedAt(message) < acknowledgedAt(behind)) behind = message;
  }
  return undefined;
}

function acknowledgedAt({ acknowledged }: Placed): number {
  return acknowledged?.settled?.index ?? Infinity;
}

/** Nobody knows when a message without any push was pushed: as good as before everything. */
function pushedAt({ pushed }: Placed): number {
  return pushed?.invoke.index ?? -Infinity;
}
