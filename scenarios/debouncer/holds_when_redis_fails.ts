/**
 * Redis is killed and started again on the same data, answers that it loads, that it may only be read, or that it has no memory left, or has forgotten all scripts.
 */

import { claim } from "../../src/core/scenario.ts";
import { clientKilled } from "../../src/faults/client_killed.ts";
import { clientsKilled } from "../../src/faults/clients_killed.ts";
import { outOfMemory } from "../../src/faults/out_of_memory.ts";
import { redisKilled } from "../../src/faults/redis_killed.ts";
import { redisLoading } from "../../src/faults/redis_loading.ts";
import { redisReadOnly } from "../../src/faults/redis_read_only.ts";
import { scriptFlush } from "../../src/faults/script_flush.ts";
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
  title:
    "Debouncer: Redis is killed, loading, read-only, out of memory or without scripts, and each message is in exactly one batch",
  story:
    "Messages arrive at all instances while Redis gets a kill -9 and starts again with its append-only file, answers LOADING, READONLY or OOM for a while, has its script cache flushed, or ends its connections, one or all. What it had acknowledged is handled once; what it refused did nothing. A kill -9 does not lose what the kernel has: power loss is not tested.",
  subject: debouncer({ loops: true }),
  plans: {
    strategy: "sample",
    workload: chats({ withinMs: 400 }),
    faults: [redisKilled, redisLoading, redisReadOnly, outOfMemory, scriptFlush, clientKilled, clientsKilled],
    faultsMax: 1,
    withinMs: 60,
    windowMs: { min: 80, max: 200 },
    runsMin: 35,
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
  proves: ["scripts-are-sent-again", "redis-survives-faults"],
});
