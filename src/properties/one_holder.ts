/**
 * One holder at a time: no lease is granted while an earlier grant of the same event can neither have run out nor have
 * been given back.
 *
 * The accused has the benefit of every doubt. A lease may have begun as early as its operation did, so it may have run out
 * that much earlier; a later grant may have been made as late as its reply; and a holder that sent anything more may have
 * given its lease back by it. Only what is left is a violation. A sibling judges the tokens that were handed out.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { View } from "../core/view.ts";
import { grantsOf, type Held, successions, whyUnordered } from "./grants.ts";

/** What the store's clock may have run faster than ours, as a part of the lease. */
const driftMax = 0.02;

/** Violated by a grant while an earlier one was certainly running. Examines the grants. */
export const oneHolder: Property = {
  name: "one_holder",
  claim: "No lease is granted while an earlier one of the same event still runs",
  kind: "safety",
  check(history) {
    const { leaseMs } = history.run.promises;
    const grants = grantsOf(history);
    const examined = grants.size;
    if (leaseMs === undefined) return unknown("the subject does not say how long its leases last", examined);
    for (const key of history.keys.values()) {
      for (const [earlier, later] of successions(key, grants)) {
        const agoMs = history.entries[later.grant.to]!.atMs - earlier.operation.invoke.atMs;
        if (agoMs >= leaseMs * (1 - driftMax) || mayHaveGivenBack(history, earlier, later)) continue;
        const blind = whyUnordered(history);
        if (blind) return unknown(blind, examined);
        const because = `event ${key.key} was granted to ${later.operation.id} ${Math.round(agoMs)} ms after ` +
          `${earlier.operation.id}, which holds it, began; its lease lasts ${leaseMs} ms`;
        const evidence = [earlier.operation.invoke.index, earlier.grant.note, later.grant.to, later.grant.note];
        return violated(examined, because, [...new Set(evidence)]);
      }
    }
    return holds(examined, "no lease was granted");
  },
};

/** True if the earlier holder sent anything after its grant and before the later one had its own. */
function mayHaveGivenBack({ entries }: View, { operation, grant }: Held, later: Held): boolean {
  for (let index = grant.to + 1; index < later.grant.to; index++) {
    const entry = entries[index]!;
    if (entry.type !== "message" || entry.direction !== "up" || entry.instance !== operation.instance) continue;
    if (entry.operation === operation.id || entry.operation === undefined) return true;
  }
  return false;
}
