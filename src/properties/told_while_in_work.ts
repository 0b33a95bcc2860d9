/**
 * Who brings a copy of an event that is in work is told so while it is: he does not have to wait for the end of that work.
 *
 * Judged are copies that arrive while a handler of their event runs (it said so, as `handler`) and goes on for long enough: the
 * times of the harness are those of a busy machine. A sibling judges how soon something else is said.
 */

import type { Property } from "../core/property.ts";
import { stalledMs } from "../core/disturbance.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { OperationView, View } from "../core/view.ts";

/** So much longer, in ms, has the handler to run after the copy's arrival: what is told at once is told in far less. */
const goesOnMsMin = 400;

/** Violated by a copy that was answered only when the work on its event was over. Examines the copies that met a handler. */
export const toldWhileInWork: Property = {
  name: "told_while_in_work",
  claim: "A copy of an event that is in work is answered before that work is over",
  kind: "safety",
  check(history) {
    let examined = 0;
    for (const { operations } of history.keys.values()) {
      for (const working of operations) {
        const begunAtMs = handlerAtMs(history, working);
        const endedAtMs = working.settled?.atMs ?? Infinity;
        if (begunAtMs === undefined) continue;
        for (const copy of operations) {
          const arrivedAtMs = copy.invoke.atMs;
          if (copy === working || arrivedAtMs < begunAtMs || arrivedAtMs + goesOnMsMin > endedAtMs) continue;
          examined++;
          if (copy.settled && copy.settled.atMs < endedAtMs) continue;
          const stalled = stalledMs(history, arrivedAtMs, endedAtMs);
          if (stalled > 0) return unknown(`the harness did not run for ${Math.round(stalled)} ms meanwhile`, examined);
          const because =
            `${copy.id} met the work of ${working.id} on event ${copy.key}, and was answered only after it`;
          const evidence = [working.invoke, working.settled, copy.invoke, copy.settled].flatMap((e) =>
            e ? [e.index] : []
          );
          return violated(examined, because, evidence);
        }
      }
    }
    return holds(examined, "no copy met a handler at work");
  },
};

function handlerAtMs(history: View, { id }: OperationView): number | undefined {
  return history.notes.find((note) => note.kind === "handler" && note.operation === id)?.atMs;
}
