/**
 * Faults of the roads to both stores, drawn at random, while messages of two conversations arrive at all instances.
 */

import { claim } from "../../src/core/scenario.ts";
import { bandwidth } from "../../src/faults/bandwidth.ts";
import { blackHole } from "../../src/faults/black_hole.ts";
import { jitter } from "../../src/faults/jitter.ts";
import { latency } from "../../src/faults/latency.ts";
import { refused } from "../../src/faults/refused.ts";
import { replyCut } from "../../src/faults/reply_cut.ts";
import { requestCut } from "../../src/faults/request_cut.ts";
import { reset } from "../../src/faults/reset.ts";
import { slicer } from "../../src/faults/slicer.ts";
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
import { debouncer } from "../../src/subjects/debouncer.ts";
import { chats } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title: "Debouncer: bursts at all instances are handled in exactly one batch a message, in order, on bad roads",
  story:
    "Messages of two conversations arrive at all instances, some of them twice, while each instance runs its loop. Meanwhile the roads to Redis are slow, narrow, in pieces, swallowed, reset, refused or cut.",
  subject: debouncer({ loops: true }),
  plans: {
    strategy: "sample",
    workload: chats(),
    faults: [latency, jitter, bandwidth, slicer, blackHole, reset, refused, requestCut, replyCut],
    services: ["redis"],
    withinMs: 20,
    windowMs: { min: 160, max: 260 },
    faultsMax: 3,
  },
  disturbedBy: "faults",
  properties: [
    eachMessageInOneBatch,
    orderKept,
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
  proves: [
    "message-accepted-once",
    "quiet-time-by-redis",
    "one-batch-in-flight",
    "order-of-acceptance",
    "given-up-in-one-step",
    "redis-holds-in-bursts",
    "redis-process-stays-alive",
    "redis-nothing-left-behind",
  ],
});
