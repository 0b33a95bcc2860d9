/**
 * A message is handled or a dead letter, and not both: who was overtaken puts nothing aside that another one is handling.
 *
 * For runs in which no handler fails once its effect was committed: there the two can both be true. Whoever committed and was then held
 * up until his lease had run out is excused: his batch died of it. Only for subjects that tell at the end what lies there (`lyingOf` in
 * `batches.ts`). A sibling judges whether a dead letter is kept.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { View } from "../core/view.ts";
import { firstAcknowledged } from "./acknowledged.ts";
import { batchesOf, lyingOf } from "./batches.ts";

/** Violated by a message with an effect that lies among the dead letters at the end. Examines the messages that were accepted. */
export const handledOrDead: Property = {
  name: "handled_or_dead",
  claim: "No message that was handled lies among the dead letters",
  kind: "safety",
  check(history) {
    const accepted = [...history.keys.values()].filter((key) =>
      firstAcknowledged(key) && key.operations.some(({ op }) => (op as { readonly do?: unknown } | null)?.do === "push")
    );
    const examined = accepted.length;
    if (!history.quiet) return unknown("the run did not become quiet, so it was not read what lies there", examined);
    for (const { message, effect } of lyingOf(history)) {
      const committed = history.keys.get(message);
      const handled = [...committed?.effects ?? [], ...committed?.sinks ?? []][0];
      if (!handled) continue;
      if (mayHaveExpired(history, message, handled.token)) {
        return unknown(`message ${message} was handled by somebody whose lease may have run out meanwhile`, examined);
      }
      const because = `message ${message} was handled, and lies among the dead letters all the same`;
      return violated(examined, because, [handled.index, effect.index]);
    }
    return holds(examined, "no message was accepted");
  },
};

/**
 * True if the holder of this token may have had the message for as long as a lease, by the call that stepped the loop; and where
 * nobody stepped it, or the call did not end: then nobody knows.
 */
function mayHaveExpired(history: View, message: string, token: string | undefined): boolean {
  const { run: { promises: { leaseMs = Infinity } }, operations } = history;
  return batchesOf(history).some(({ messages, note }) => {
    if (!messages.includes(message) || (note.data as { readonly token?: string }).token !== token) return false;
    const step = operations.get(note.operation ?? "");
    return !step?.settled || step.settled.atMs - step.invoke.atMs >= leaseMs;
  });
}
