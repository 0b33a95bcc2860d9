/**
 * Lease mode, with a receiver that deduplicates by the event's key: somebody else uses up the connection slots of the server.
 */

import { claim } from "../../src/core/scenario.ts";
import { slotsUsedUp } from "../../src/faults/slots_used_up.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { bursts, oneOrder } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title: "Lease mode: with no connection slot left the event is refused, not let through and not lost",
  story:
    "All connection slots are taken, so that connecting is answered with an error. An error is no verdict: the handler does not run, and the sender is asked to come again.",
  subject: dedupe({ mode: "leased", sink: "deduplicate" }),
  plans: {
    strategy: "sample",
    warmUp: oneOrder,
    // Handlers are at work when the sessions end, so that completions meet a server without slots too.
    workload: bursts({ withinMs: 100, pauseMsMax: 150 }),
    faults: [slotsUsedUp],
    faultsMax: 1,
    withinMs: 150,
    windowMs: { min: 150, max: 300 },
    runsMin: 8,
  },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    noStaleEffect,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["fail-closed", "error-answers-503", "unavailable-did-nothing"],
});
