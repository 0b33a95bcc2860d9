/**
 * Whichever message of a push is cut, stalled or simultaneous: the pushed message is in exactly one batch.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { quietThenFire } from "../../src/properties/quiet_then_fire.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { debouncer, longerThanAllMs } from "../../src/subjects/debouncer.ts";
import { idleTurn, oneMessage, oneTurn } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title:
    "Debouncer: whichever message of a push is cut, stalled or simultaneous, what was pushed is in exactly one batch",
  story:
    "The conversation of one push with Redis is cut before, inside and after each of its messages, each is held longer than every timeout, and all instances push the same message through each gap together. The sender comes again until it is acknowledged, and once more after that; then the loop is stepped until nothing is left.",
  subject: debouncer(),
  plans: {
    strategy: "cuts",
    openedBy: [idleTurn],
    operation: oneMessage,
    after: [oneTurn],
    services: ["redis"],
    stallMs: longerThanAllMs,
    disturb: ["cut", "stall", "barrier"],
  },
  disturbedBy: "faults",
  properties: [
    eachMessageInOneBatch,
    atMostOnce,
    noneLost,
    quietThenFire,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["message-accepted-once", "redis-unknown-is-unknown"],
});
