/**
 * Redis is killed and started again on the same data, answers that it has no memory left, or has forgotten all scripts.
 */

import { claim } from "../../src/core/scenario.ts";
import { outOfMemory } from "../../src/faults/out_of_memory.ts";
import { redisKilled } from "../../src/faults/redis_killed.ts";
import { scriptFlush } from "../../src/faults/script_flush.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { oneHolder } from "../../src/properties/one_holder.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { idempotency } from "../../src/subjects/idempotency.ts";
import { oneTask, queue } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title: "Idempotency checker: Redis is killed, out of memory or without scripts, and each task is done once",
  story:
    "Tasks are handed to all workers while Redis gets a kill -9 and starts again with its append-only file, answers OOM for a while, or has its script cache flushed. What else a Redis can do is tried on the debouncer, which has the same client. Where it cannot say that a task is new, the task is not run. A kill -9 does not lose what the kernel has: power loss is not tested.",
  subject: idempotency({ sink: "deduplicate" }),
  plans: {
    strategy: "sample",
    warmUp: oneTask,
    workload: queue({ tasks: 7, afterMsMax: 60, pauseMsMax: 60 }),
    faults: [redisKilled, outOfMemory, scriptFlush],
    faultsMax: 1,
    withinMs: 60,
    windowMs: { min: 80, max: 200 },
    runsMin: 15,
  },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    noStaleEffect,
    oneHolder,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["redis-survives-faults"],
});
