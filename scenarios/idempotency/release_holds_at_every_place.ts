/**
 * A task that fails first: whichever message of claim, release, second claim and completion is disturbed, it is done once.
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
import { idempotency, longerThanAllMs, secondTryTimes } from "../../src/subjects/idempotency.ts";
import { oneFailingTask } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title: "Idempotency checker: whichever message around a release is cut or stalled, the task is done once",
  story:
    "A task fails when it is run first, so its worker gives the lease back and tries again at once. The conversation with Redis (claim, release, claim, completion) is cut before, inside and after each of its messages, and each is held longer than every timeout and the lease. A release that is lost costs the lease's time and no more. Its receiver deduplicates by the task's key.",
  subject: idempotency({
    name: "idempotency checker, second tries",
    promises: secondTryTimes,
    sink: "deduplicate",
  }),
  plans: {
    strategy: "cuts",
    operation: oneFailingTask,
    connections: ["open"],
    services: ["redis"],
    disturb: ["cut", "stall"],
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
  proves: ["task-failure-frees"],
});
