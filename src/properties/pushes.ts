/**
 * Pushes of messages as the wire saw them: since when a message can have lain in the store. What is asked of the store lies between
 * a push's invocation and its outcome; which of several requests at an instance was its own is not always known, and then the
 * earliest one counts, for the longer a message has lain the less can be held against its batch. A sibling reads batches.
 */

import type { At, KeyView, Line, OperationView, View } from "../core/view.ts";
import type { Entry } from "../core/history.ts";
import { firstAcknowledged, isEffectless } from "./acknowledged.ts";
import { conversationOf } from "./batches.ts";

/** A message with the moments that matter to its batch. */
export interface Pushed {
  readonly key: string;
  readonly conversation: string;
  /** Before this entry no push of it was asked of the store. */
  readonly earliest: At<Entry>;
  /** Before this entry the push that the store kept was not asked of it. Its effect names that push; else as `earliest`. */
  readonly kept: At<Entry>;
  /** Its first push that was acknowledged. */
  readonly acknowledged: OperationView | undefined;
}

/** All messages of which a push is known, by key. */
export function pushesOf(history: View): ReadonlyMap<string, Pushed> {
  const requests = Map.groupBy(history.messages.filter(isPush), ({ instance }) => instance);
  const pushed = new Map<string, Pushed>();
  for (const view of history.keys.values()) {
    const pushes = view.operations.filter((operation) => !isEffectless(operation));
    if (pushes.length === 0) continue;
    const certain = pushes.filter(({ outcome }) => outcome !== "fail"); // a fail has done nothing
    const asked = (certain.length > 0 ? certain : pushes).map((push) => requestOf(push, requests));
    const earliest = asked.reduce((a, b) => b.index < a.index ? b : a);
    const keptBy = keeperOf(view);
    pushed.set(view.key, {
      key: view.key,
      conversation: conversationOf(view.key),
      earliest,
      kept: keptBy ? requestOf(keptBy, requests) : earliest,
      acknowledged: firstAcknowledged(view),
    });
  }
  return pushed;
}

/** Where in a list, which is in the order of its indexes into the history, those after this index begin. */
export function firstAfter<T>(items: readonly T[], index: number, indexOf: (item: T) => number): number {
  let low = 0;
  for (let high = items.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (indexOf(items[middle]!) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True if messages or notes are missing, so that nothing can be held against what was not seen. */
export function isBlind({ dropped }: View): boolean {
  return dropped.some(({ what }) => what.includes("message") || what.includes("note"));
}

function isPush({ direction, service, message }: Line<"message">): boolean {
  return direction === "up" && service === "redis" && (message === "EVALSHA push" || message === "EVAL push");
}

/** The first request that may be this push's own; its invocation where the wire shows none. */
function requestOf(
  { id, instance, invoke, settled }: OperationView,
  requests: ReadonlyMap<number, readonly Line<"message">[]>,
): At<Entry> {
  const all = requests.get(instance) ?? [];
  const endIndex = settled?.index ?? Infinity;
  for (let i = firstAfter(all, invoke.index, ({ index }) => index); i < all.length && all[i]!.index < endIndex; i++) {
    // Where several are under way the wire cannot say whose it is.
    if (all[i]!.operation === id || all[i]!.operation === undefined) return all[i]!;
  }
  return invoke;
}

/** The push that the stored message carried, if its effects agree on it. */
function keeperOf({ operations, effects, sinks }: KeyView): OperationView | undefined {
  const ids = new Set([...effects, ...sinks].map(({ operation }) => operation));
  const [id] = ids;
  return ids.size === 1 ? operations.find((operation) => operation.id === id) : undefined;
}
