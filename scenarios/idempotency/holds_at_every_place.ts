/**
 * Whichever message between a worker and Redis is cut, stalled or simultaneous: the task is done once.
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
import { idempotency, longerThanAllMs } from "../../src/subjects/idempotency.ts";
import { oneTask } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title: "Idempotency checker: whichever message is cut, stalled or simultaneous, the task is done once",
  story:
    "The conversation of one task with Redis (claim, completion) is cut before, inside and after each of its messages, each is held longer than every timeout and the lease, and all workers are let into each gap together. The task is handed out until it is acknowledged, and once more after that. Its receiver deduplicates by the task's key.",
  subject: idempotency({ sink: "deduplicate" }),
  plans: {
    strategy: "cuts",
    operation: oneTask,
    services: ["redis"],
    disturb: ["cut", "barrier", "stall"],
    stallMs: longerThanAllMs,
  },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    acknowledgedIsNotBegunAgain,
    noStaleEffect,
    oneHolder,
    handlerWaitsForAVerdict,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["task-done-is-known", "task-waits-for-a-verdict", "task-unknown-is-unknown"],
});
