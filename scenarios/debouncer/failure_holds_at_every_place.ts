/**
 * Whichever message of an attempt that fails is cut, stalled or simultaneous: the batch comes again, and each message is in exactly one.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { orderKept } from "../../src/properties/order_kept.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { failedAttempt, oneTurn, overOpenRedis, threeMessages } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title:
    "Debouncer: whichever message of an attempt that fails is cut, stalled or simultaneous, its batch is handled later, once",
  story:
    "Three messages wait, and the handler fails. The conversation of that attempt with Redis (take, fail) is cut before, inside and after each of its messages, each is held longer than the lease, and both instances are let into each gap together. Then the loop is stepped, with a handler that does its work, until nothing is left.",
  subject: debouncer(),
  plans: { ...overOpenRedis, before: threeMessages, operation: failedAttempt, after: [oneTurn] },
  instances: 2,
  disturbedBy: "faults",
  properties: [
    eachMessageInOneBatch,
    atMostOnce,
    orderKept,
    noneLost,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["failed-comes-again"],
});
