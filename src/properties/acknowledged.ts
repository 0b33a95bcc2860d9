/**
 * What an acknowledgement owes: an effect, unless the operation is one that makes none of its own (a turn of a loop, a question). What
 * properties about lost and late effects have in common. A sibling would read another thing that an answer promises.
 */

import type { Operation } from "../core/plan.ts";
import type { KeyView, OperationView } from "../core/view.ts";

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
