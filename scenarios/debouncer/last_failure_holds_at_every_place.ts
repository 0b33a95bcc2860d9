/**
 * Whichever message of the last attempt is cut, stalled or simultaneous: the batch is handled or a dead letter, and none of it is lost.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { deadLettersKept } from "../../src/properties/dead_letters_kept.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { failedAttempt, oneTurn, overOpenRedis, threeMessages } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title:
    "Debouncer: whichever message of a last attempt is cut, stalled or simultaneous, its batch becomes a dead letter that is kept",
  story:
    "Three messages wait, one attempt is all that they have, and the handler fails. The conversation of that attempt with Redis (take, fail) is cut before, inside and after each of its messages, each is held longer than the lease, and both instances are let into each gap together. The loop is stepped until nothing is left; what lies among the dead letters is then read in Redis itself, for the one who made them may never have heard of it.",
  subject: debouncer({ options: { attemptsMax: 1 } }),
  plans: { ...overOpenRedis, before: threeMessages, operation: failedAttempt, after: [oneTurn] },
  instances: 2,
  disturbedBy: "faults",
  properties: [
    eachMessageInOneBatch,
    atMostOnce,
    noneLost,
    deadLettersKept,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["dead-letters-kept"],
});
