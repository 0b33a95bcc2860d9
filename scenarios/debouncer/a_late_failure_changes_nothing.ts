/**
 * A failure that arrives when another instance has taken the batch over is no longer that batch's failure.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { handledOrDead } from "../../src/properties/handled_or_dead.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { claimTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { failedFirstAttempt, oneTurn, overOpenRedis, slowMessage } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title: "Debouncer: a failure that is told too late takes nothing from the instance that has taken the batch over",
  story:
    "A batch has two attempts. The handler of the first one fails, and each message of that attempt's conversation with Redis (take, fail) is held until the lease has run out and another instance is at work on the batch. The failure is told in the middle of that: it must neither free the batch nor make it a dead letter, for the one who holds it does its work.",
  // The failure is told 300 ms after the batch was taken, and is held for 500: in the middle of the next handler's 300 ms, after the lease.
  subject: debouncer({ promises: { ...claimTimes, leaseMs: 600 }, options: { attemptsMax: 2 } }),
  plans: {
    ...overOpenRedis,
    before: [slowMessage],
    operation: failedFirstAttempt,
    after: [oneTurn],
    stallMs: 500,
    disturb: ["stall"],
  },
  instances: 2,
  disturbedBy: "faults",
  properties: [
    handledOrDead,
    atMostOnce,
    eachMessageInOneBatch,
    noneLost,
    convergesAfterHealing,
    answersInBoundedTime,
    wasDisturbed,
  ],
  proves: ["failure-compares-token"],
});
