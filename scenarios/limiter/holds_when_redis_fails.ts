/**
 * Redis is killed and started again on the same data, answers that it loads, that it may only be read, or that it has no memory left, has forgotten all scripts, or ends connections.
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
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { limitNeverExceeded } from "../../src/properties/limit_never_exceeded.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { unavailableIsNotRefused } from "../../src/properties/unavailable_is_not_refused.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { limiter } from "../../src/subjects/limiter.ts";
import { bursts, oneCall } from "../../src/subjects/limiter_workloads.ts";

export default claim({
  title:
    "Rate limiter: Redis is killed, loading, read-only, out of memory or without scripts, and no more is allowed than the limit",
  story:
    "Bursts come to all instances before, while and after Redis gets a kill -9 and starts again with its append-only file, answers LOADING, READONLY or OOM for a while, has its script cache flushed, or ends its connections, one or all. All of it happens in one window, so what was counted before has to count afterwards. A kill -9 does not lose what the kernel has: power loss is not tested.",
  subject: limiter(),
  plans: {
    strategy: "sample",
    warmUp: oneCall,
    workload: bursts(),
    faults: [redisKilled, redisLoading, redisReadOnly, outOfMemory, scriptFlush, clientKilled, clientsKilled],
    faultsMax: 1,
    withinMs: 60,
    windowMs: { min: 80, max: 200 },
    runsMin: 35,
  },
  disturbedBy: "faults",
  properties: [
    limitNeverExceeded,
    unavailableIsNotRefused,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
});
