/**
 * Whichever message of a review of dead letters is cut, stalled or simultaneous: what is put back is handled once, what is discarded is gone, and all else stays.
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
import { afterReview, oneReview, overOpenRedis, twoDeadOneWaiting } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title:
    "Debouncer: whichever message of a review of dead letters is cut, stalled or simultaneous, what is put back is handled once and nothing else vanishes",
  story:
    "Two batches are dead letters, and a message waits. Somebody lists the dead letters, discards the one that no handler can handle and puts the other one back. This conversation with Redis (dead_letters, discard, put_back) is cut before, inside and after each of its messages, each is held longer than every timeout, and both instances are let into each gap together. Then the loop is stepped until nothing is left.",
  subject: debouncer({ options: { attemptsMax: 1 } }),
  plans: { ...overOpenRedis, before: twoDeadOneWaiting, operation: oneReview, after: afterReview },
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
