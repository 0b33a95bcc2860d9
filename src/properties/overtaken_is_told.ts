/**
 * Who lost its lease is told so: a holder that asks for its completion after somebody else was granted the same event is
 * not acknowledged as if it had been the one.
 *
 * An acknowledgement as a duplicate is the truth, for the event may be done by then. Completions are statements of the
 * operation itself that were asked for after the later grant's reply had crossed the wire, so the order is certain. A
 * sibling judges what an overtaken holder did meanwhile.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import { decisionsBetween, type DecisionView, type OperationView, type View } from "../core/view.ts";
import { grantsOf, type Held, successions, whyUnordered } from "./grants.ts";

/** Violated by an overtaken holder that completed and was acknowledged. Examines the holders that were overtaken. */
export const overtakenIsTold: Property = {
  name: "overtaken_is_told",
  claim: "A holder that completes its work after it was overtaken is told that it lost its lease",
  kind: "safety",
  check(history) {
    const grants = grantsOf(history);
    const overtaken = new Set<string>();
    for (const key of history.keys.values()) {
      for (const [earlier, later] of successions(key, grants)) {
        if (!earlier.operation.settled) continue;
        overtaken.add(earlier.operation.id);
        const completion = completionAfter(history, earlier, later);
        if (!completion || !acknowledgedAsFirst(earlier.operation)) continue;
        const blind = whyUnordered(history);
        if (blind) return unknown(blind, overtaken.size);
        const because =
          `${earlier.operation.id} was acknowledged for its completion of ${key.key}, which it asked for ` +
          `after ${later.operation.id} had been granted the event`;
        const evidence = [earlier.grant.note, later.grant.to, completion.asked, earlier.operation.settled.index];
        return violated(overtaken.size, because, evidence);
      }
    }
    return holds(overtaken.size, "no holder was overtaken");
  },
};

/** A statement of the earlier holder that was asked for after the later one had its grant, and answered without an error. */
function completionAfter(history: View, { operation }: Held, later: Held): DecisionView | undefined {
  const decisions = decisionsBetween(history, operation.instance, later.grant.to, operation.settled!.index);
  return decisions.find(({ asked }) => {
    const message = history.entries[asked]!;
    return message.type === "message" && message.operation === operation.id;
  });
}

function acknowledgedAsFirst({ settled }: OperationView): boolean {
  if (settled?.type !== "ok") return false;
  const { value } = settled;
  return value !== "duplicate" && (value as { readonly verdict?: unknown } | null)?.verdict !== "duplicate";
}
