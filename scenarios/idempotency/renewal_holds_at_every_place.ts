/**
 * A task that takes longer than its lease: whichever message of claim, renewal and completion is disturbed, it is done once.
 */

import { claim } from "../../src/core/scenario.ts";
import { acknowledgedIsNotBegunAgain } from "../../src/properties/acknowledged_is_not_begun_again.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { handlerWaitsForAVerdict } from "../../src/properties/handler_waits_for_a_verdict.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { oneHolder } from "../../src/properties/one_holder.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { holdMsMax, idempotency, longerThanAllMs, renewalTimes } from "../../src/subjects/idempotency.ts";
import { oneLongTask } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title: "Idempotency checker: whichever message of a renewed lease is cut or stalled, the task is done once",
  story:
    "A task takes longer than its lease, which is renewed once while it works. The conversation with Redis (claim, renewal, completion) is cut before, inside and after each of its messages, each is held longer than every timeout, and all workers are let into each gap together. Whose renewal is certain works on; whose is not is told that the lease is over, stops, and another worker takes the task over. Its receiver deduplicates by the task's key.",
  subject: idempotency({
    name: "idempotency checker, renewing",
    promises: renewalTimes,
    options: { holdMsMax },
    sink: "deduplicate",
  }),
  plans: {
    strategy: "cuts",
    operation: oneLongTask,
    connections: ["open"],
    services: ["redis"],
    disturb: ["cut", "barrier", "stall"],
    stallMs: longerThanAllMs,
  },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    noStaleEffect,
    oneHolder,
    acknowledgedIsNotBegunAgain,
    handlerWaitsForAVerdict,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["task-lease-renewed"],
});
