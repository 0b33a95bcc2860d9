/**
 * Fail closed: no handler begins before the store has said that it may.
 *
 * The note `handler` marks its beginning. Before it, since the operation was invoked, a complete reply without an error to a
 * statement that may be the claim must have crossed the wire to that instance; the view knows these as decisions. Replies
 * to connecting, to the brackets of a transaction, and of the catalog are none. The wire may have recorded the note late and
 * never early, so a correct subject's decision is always before it. A sibling judges another thing that must be asked first.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import { decisionsBetween, type View } from "../core/view.ts";

/** Violated by a handler without a decision before it. Examines the handlers that began. */
export const handlerWaitsForAVerdict: Property = {
  name: "handler_waits_for_a_verdict",
  claim: "No handler begins before the store's reply to its claim has arrived",
  kind: "safety",
  check(history) {
    let examined = 0;
    for (const note of history.notes) {
      const operation = note.kind === "handler" ? history.operations.get(note.operation ?? "") : undefined;
      if (!operation) continue;
      examined++;
      if (decisionsBetween(history, note.instance, operation.invoke.index, note.index).length > 0) continue;
      const blind = whyBlind(history);
      if (blind) return unknown(blind, examined);
      const because =
        `the handler of ${operation.id} began at instance ${note.instance} before any reply to its claim had arrived`;
      return violated(examined, because, [operation.invoke.index, note.index]);
    }
    return holds(examined, "no handler began");
  },
};

/** Why a reply may have crossed that the history does not hold. */
function whyBlind(history: View): string | undefined {
  if (history.messages.length === 0) {
    return "the wire recorded no message, so it cannot be seen what a handler waited for";
  }
  const dropped = history.dropped.find(({ what }) => what.includes("message"));
  return dropped &&
    `${dropped.count} ${dropped.what} were not recorded, so it cannot be seen what a handler waited for`;
}
