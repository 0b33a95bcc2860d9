/**
 * What an acknowledgement owes: an effect, unless the operation is one that makes none of its own (a turn of a loop, a question). What
 * properties about lost and late effects have in common. A sibling would read another thing that an answer promises.
 */

import type { Operation } from "../core/plan.ts";
import type { KeyView, OperationView, View } from "../core/view.ts";
import { conversationOf } from "./batches.ts";

/** True for an operation that makes no effect of its own, so that none is missed. */
export function isEffectless({ op }: OperationView): boolean {
  return (op as Partial<Operation> | null)?.effectless === true;
}

/** The operation of a key that was acknowledged first, of those that owe an effect; undefined if none was. */
export function firstAcknowledged({ operations }: KeyView): OperationView | undefined {
  let first: OperationView | undefined;
  for (const operation of operations) {
    if (operation.outcome !== "ok" || isEffectless(operation)) continue;
    if (!first || operation.settled!.index < first.settled!.index) first = operation;
  }
  return first;
}

/**
 * True if the subject still had the key, or its conversation, queued when all was quiet, and would have gone on with it unasked: it is
 * not lost, but late. That is for `converges_after_healing` to judge, which knows how much time there was. A lease is nothing of
 * the kind: once the sender has been told that all is done, nobody comes to take it over.
 */
export function isQueued({ pending }: View, { key }: KeyView): boolean {
  return pending.some((left) => left.queued && (left.key === key || left.key === conversationOf(key)));
}
