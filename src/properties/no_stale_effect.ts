/**
 * Who lost the lease changes nothing any more: no effect of an earlier holder is accepted after one of a later holder.
 *
 * Holders are operations that said `granted`; their order is that of their grants on the wire (`grants.ts`). Foreign effects
 * come in the order in which the sink answered, durable ones in the order of the store. A sibling judges grants themselves
 * rather than what was done with them.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { KeyView, Line, View } from "../core/view.ts";
import { type Grant, grantsOf, whyUnordered } from "./grants.ts";

/** Violated by an effect of an earlier holder after one of a later. Examines the effects of holders. */
export const noStaleEffect: Property = {
  name: "no_stale_effect",
  claim: "No effect of an earlier holder is accepted after one of a later holder",
  kind: "safety",
  check(history) {
    const grants = grantsOf(history);
    let examined = 0;
    for (const key of history.keys.values()) {
      for (const effects of sequences(key)) {
        let latest: Held | undefined;
        for (const effect of effects) {
          const grant = grants.get(effect.operation);
          if (!grant) continue;
          examined++;
          if (latest && grant.to < latest.grant.from) return stale(history, key, latest, { effect, grant }, examined);
          if (!latest || grant.from > latest.grant.from) latest = { effect, grant };
        }
      }
    }
    if (!history.quiet) return unknown("the run did not become quiet, so more effects may have come", examined);
    return holds(examined, "no effect of a holder of a lease was seen");
  },
};

interface Held {
  readonly effect: Line<"effect"> | Line<"sink">;
  readonly grant: Grant;
}

/** Durable and foreign effects have no common order, so they are followed apart. */
function sequences(key: KeyView): readonly (readonly Held["effect"][])[] {
  const accepted = key.sinks.filter((sink) => sink.answer === "accepted");
  return [[...key.effects].sort((a, b) => a.order - b.order), accepted];
}

function stale(history: View, { key }: KeyView, later: Held, earlier: Held, examined: number) {
  const blind = whyUnordered(history);
  if (blind) return unknown(blind, examined);
  const because =
    `an effect of ${key} by ${earlier.effect.operation} was accepted after one by ${later.effect.operation}, ` +
    "which was granted later";
  const grants = [earlier.grant.note, earlier.grant.to, later.grant.from, later.grant.note];
  return violated(examined, because, [...new Set([...grants, later.effect.index, earlier.effect.index])]);
}
