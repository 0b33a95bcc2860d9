/**
 * What was acknowledged is over: nobody who is asked afterwards begins the work again.
 *
 * A receiver that deduplicates hides a subject that says "done" before it is written down: its work is done again, and only the effect
 * is not. So judged are handlers (the note `handler`) of operations that were sent after an acknowledgement of the same key had
 * arrived. For subjects that write down what is done before they say so, in runs in which the stores forget nothing. A sibling judges
 * the effects.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { Line, View } from "../core/view.ts";
import { firstAcknowledged } from "./acknowledged.ts";

/** Violated by a handler of an operation that was sent after the acknowledgement. Examines the operations that were. */
export const acknowledgedIsNotBegunAgain: Property = {
  name: "acknowledged_is_not_begun_again",
  claim: "Work that was acknowledged is not begun again by whoever is asked afterwards",
  kind: "safety",
  check(history) {
    const handlers = firstHandlers(history);
    let examined = 0;
    for (const key of history.keys.values()) {
      const acknowledged = firstAcknowledged(key);
      if (!acknowledged) continue;
      for (const { id, invoke } of key.operations) {
        if (invoke.index < acknowledged.settled!.index) continue;
        examined++;
        const handler = handlers.get(id);
        if (!handler) continue;
        const because =
          `${key.key} was acknowledged to ${acknowledged.id}, and begun again by ${id}, which was sent after that`;
        const evidence = [acknowledged.invoke, acknowledged.settled!, invoke, handler].map(({ index }) => index);
        return violated(examined, because, evidence);
      }
    }
    const unseen = history.dropped.find(({ what }) => what.includes("note"));
    if (unseen) return unknown(`${unseen.count} ${unseen.what} were not recorded, so handlers may be unseen`, examined);
    return holds(examined, "nothing was asked again after its acknowledgement");
  },
};

/** The first handler of each operation. */
function firstHandlers({ notes }: View): ReadonlyMap<string, Line<"note">> {
  const first = new Map<string, Line<"note">>();
  for (const note of notes) {
    if (note.kind !== "handler" || note.operation === undefined || first.has(note.operation)) continue;
    first.set(note.operation, note);
  }
  return first;
}
