/**
 * Whichever message of a turn of the loop is cut, stalled or simultaneous, on the road to Redis or to Postgres: each message is in exactly one batch, in order.
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
import { quietThenFire } from "../../src/properties/quiet_then_fire.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { debouncer, longerThanAllMs } from "../../src/subjects/debouncer.ts";
import { oneOfEach, oneTurn, threeMessages } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title:
    "Debouncer: whichever message of a turn of the loop is cut, stalled or simultaneous, each message is handled in exactly one batch",
  story:
    "Three messages wait. The conversation of one turn of the loop with Redis (take, ack) and with Postgres (the sink) is cut before, inside and after each of its messages, each is held longer than the lease, and all instances are let into each gap together. The loop is stepped again until nothing is left, and once more after that.",
  subject: debouncer(),
  plans: {
    strategy: "cuts",
    openedBy: oneOfEach,
    before: threeMessages,
    operation: oneTurn,
    connections: ["open"],
    stallMs: longerThanAllMs,
    disturb: ["cut", "stall", "barrier"],
  },
  disturbedBy: "faults",
  properties: [
    eachMessageInOneBatch,
    atMostOnce,
    orderKept,
    noneLost,
    quietThenFire,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["taken-in-one-step", "batch-takeover", "order-of-acceptance", "sink-commits-once"],
});
