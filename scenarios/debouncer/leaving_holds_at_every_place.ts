/**
 * Whichever message of an instance that leaves while it takes is cut, stalled or simultaneous: what it was handed is given back, or taken over.
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
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { leaving, oneTurn, overOpenRedis, threeMessages } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title:
    "Debouncer: whichever message of an instance that leaves while it takes is cut, stalled or simultaneous, what it was handed is handled by another",
  story:
    "Three messages are due. An instance asks for them and is closed before they come, so that it gives back what it is handed. Its conversation with Redis (take, give_back) is cut before, inside and after each of its messages, each is held longer than the lease, and both instances leave through each gap together. Then the loop is stepped by those that opened anew, until nothing is left.",
  subject: debouncer(),
  plans: { ...overOpenRedis, before: threeMessages, operation: leaving, after: [oneTurn] },
  instances: 2,
  disturbedBy: "faults",
  properties: [
    eachMessageInOneBatch,
    atMostOnce,
    orderKept,
    noneLost,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
});
