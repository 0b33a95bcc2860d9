/**
 * Who lost the lease changes nothing any more: no effect of an earlier holder is accepted after one of a later holder.
 *
 * Holders are operations that said `granted`. Their order is that of their grants on the wire: a grant lies between the
 * first request of the operation that may be its claim and the last reply before it said `granted`; grants that overlap are
 * unordered. Foreign effects come in the order in which the sink answered, durable ones in the order of the store. A sibling
 * judges grants themselves rather than what was done with them.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import { decisionsBetween, type KeyView, type Line, type View } from "../core/view.ts";

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

/** From and to are indexes into the history: the grant certainly lies between them. */
interface Grant {
  readonly from: number;
  readonly to: number;
  readonly note: number;
}

interface Held {
  readonly effect: Line<"effect"> | Line<"sink">;
  readonly grant: Grant;
}

/** By operation. One that was granted more than once holds from its first grant to its last. */
function grantsOf(history: View): Map<string, Grant> {
  const grants = new Map<string, Grant>();
  for (const note of history.notes) {
    const operation = note.kind === "granted" ? history.operations.get(note.operation ?? "") : undefined;
    if (!operation) continue;
    const claims = decisionsBetween(history, note.instance, operation.invoke.index, note.index);
    // Where the wire shows no claim, the grant lies somewhere between the invocation and the note.
    const from = claims.length > 0 ? Math.min(...claims.map(({ asked }) => asked)) : operation.invoke.index;
    const to = claims.at(-1)?.answered ?? note.index;
    grants.set(operation.id, { from: Math.min(grants.get(operation.id)?.from ?? from, from), to, note: note.index });
  }
  return grants;
}

/** Durable and foreign effects have no common order, so they are followed apart. */
function sequences(key: KeyView): readonly (readonly Held["effect"][])[] {
  const accepted = key.sinks.filter((sink) => sink.answer === "accepted");
  return [[...key.effects].sort((a, b) => a.order - b.order), accepted];
}

function stale(history: View, { key }: KeyView, later: Held, earlier: Held, examined: number) {
  const dropped = history.dropped.find(({ what }) => what.includes("message"));
  if (dropped) {
    return unknown(`${dropped.count} ${dropped.what} were not recorded, so grants cannot be ordered`, examined);
  }
  const because =
    `an effect of ${key} by ${earlier.effect.operation} was accepted after one by ${later.effect.operation}, ` +
    "which was granted later";
  const grants = [earlier.grant.note, earlier.grant.to, later.grant.from, later.grant.note];
  return violated(examined, because, [...new Set([...grants, later.effect.index, earlier.effect.index])]);
}
