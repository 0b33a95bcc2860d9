/**
 * Every call is answered in the time that the subject promises of itself, whatever the stores do.
 *
 * Measured are calls from invocation to outcome, against the promise and the harness's grace. A call that the harness gave up
 * (`deadline`) was not answered at all. Time in which the instance's process was stopped or dead does not count, and a
 * violation that stalls of the observer could explain is none. A sibling judges another bound of time.
 */

import { absentMs, stalledMs } from "../core/disturbance.ts";
import type { Property } from "../core/property.ts";
import { holds, type Unknown, unknown, violated } from "../core/verdict.ts";
import type { OperationView, View } from "../core/view.ts";

/** Violated by a call that took longer than promised. Examines the calls. */
export const answersInBoundedTime: Property = {
  name: "answers_in_bounded_time",
  claim: "Every call is answered within the time that the subject promises",
  kind: "safety",
  check(history) {
    const { promises: { answersWithinMs }, graceMs } = history.run;
    const endMs = history.entries.at(-1)!.atMs;
    let examined = 0;
    let excused: Unknown | undefined;
    for (const operation of history.operations.values()) {
      const waiting = wasGivenUp(operation);
      const tookMs = (operation.settled?.atMs ?? endMs) - operation.invoke.atMs;
      // A call that was given up has no known excess: stalls aside, it must have had its promise and half of the grace.
      const allowedMs = answersWithinMs + (waiting ? graceMs / 2 : graceMs);
      if (!waiting || tookMs >= allowedMs) examined++;
      if (tookMs < allowedMs || (!waiting && tookMs === allowedMs)) continue;
      const { chargedMs, stalled } = charged(history, operation, endMs);
      if (chargedMs > allowedMs || (waiting && chargedMs === allowedMs)) {
        const evidence = [operation.invoke.index, ...(operation.settled ? [operation.settled.index] : [])];
        return violated(examined, because(operation, tookMs, answersWithinMs), evidence);
      }
      if (stalled) {
        excused ??= unknown(
          `${operation.id} took ${Math.round(tookMs)} ms, which stalls of the observer could explain`,
        );
      }
    }
    return excused ? { ...excused, examined } : holds(examined, "no call was made");
  },
};

/** True if no answer is known: the harness waited no longer, or the history ends. */
function wasGivenUp({ settled }: OperationView): boolean {
  return settled === undefined || (settled.type === "info" && settled.because === "deadline");
}

/** What remains of a call's time without absences of its process and stalls of the observer, in ms. */
function charged(history: View, { instance, invoke, settled }: OperationView, endMs: number) {
  const toMs = settled?.atMs ?? endMs;
  const presentMs = toMs - invoke.atMs - absentMs(history, instance, invoke.atMs, toMs);
  const stalled = stalledMs(history, invoke.atMs, toMs);
  return { chargedMs: presentMs - stalled, stalled: stalled > 0 };
}

function because(operation: OperationView, tookMs: number, promisedMs: number): string {
  const took = `${Math.round(tookMs)} ms`;
  const what = wasGivenUp(operation) ? `was not answered within ${took}` : `took ${took}`;
  return `${operation.id} at instance ${operation.instance} ${what}; ${promisedMs} ms are promised`;
}
