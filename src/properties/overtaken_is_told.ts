/**
 * Who lost its lease is told so: a holder that asks for its completion after somebody else was granted the same event is
 * not acknowledged as if it had been the one.
 *
 * An acknowledgement as a duplicate is the truth, for the event may be done by then. Completions are statements of the
 * operation itself that were asked for after the later grant's reply had crossed the wire, so the order is certain. Where an instance had
 * several operations under way the wire cannot say whose a statement was: an acknowledgement that may rest on such a one is unknown. A
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
    let unclear: string | undefined;
    for (const key of history.keys.values()) {
      for (const [earlier, later] of successions(key, grants)) {
        if (!earlier.operation.settled) continue;
        overtaken.add(earlier.operation.id);
        if (!acknowledgedAsFirst(earlier.operation)) continue;
        const { own: completion, anybodys } = completionsAfter(history, earlier, later);
        if (!completion && anybodys) {
          unclear ??=
            `${earlier.operation.id} was acknowledged after it was overtaken, and it cannot be seen which statement was its completion`;
        }
        if (!completion) continue;
        const blind = whyUnordered(history);
        if (blind) return unknown(blind, overtaken.size);
        const because =
          `${earlier.operation.id} was acknowledged for its completion of ${key.key}, which it asked for ` +
          `after ${later.operation.id} had been granted the event`;
        const evidence = [earlier.grant.note, later.grant.to, completion.asked, earlier.operation.settled.index];
        return violated(overtaken.size, because, evidence);
      }
    }
    return unclear === undefined ? holds(overtaken.size, "no holder was overtaken") : unknown(unclear, overtaken.size);
  },
};

/** Statements that were asked for after the later one had its grant, and answered without an error: the earlier holder's own, or anybody's. */
function completionsAfter(
  history: View,
  { operation }: Held,
  later: Held,
): { readonly own: DecisionView | undefined; readonly anybodys: boolean } {
  const decisions = decisionsBetween(history, operation.instance, later.grant.to, operation.settled!.index);
  const whose = ({ asked }: DecisionView) => {
    const message = history.entries[asked]!;
    return message.type === "message" ? message.operation : undefined;
  };
  return {
    own: decisions.find((decision) => whose(decision) === operation.id),
    anybodys: decisions.some((decision) => whose(decision) === undefined),
  };
}

function acknowledgedAsFirst({ settled }: OperationView): boolean {
  if (settled?.type !== "ok") return false;
  const { value } = settled;
  return value !== "duplicate" && (value as { readonly verdict?: unknown } | null)?.verdict !== "duplicate";
}
