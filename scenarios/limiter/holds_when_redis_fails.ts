/**
 * Redis is killed and started again on the same data, answers that it may only be read, has forgotten all scripts, or ends all connections.
 */

import { claim } from "../../src/core/scenario.ts";
import { clientsKilled } from "../../src/faults/clients_killed.ts";
import { redisKilled } from "../../src/faults/redis_killed.ts";
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
  title: "Rate limiter: Redis is killed, read-only or without scripts, and no more is allowed than the limit",
  story:
    "Bursts come to all instances before, while and after Redis gets a kill -9 and starts again with its append-only file, answers READONLY for a while, has its script cache flushed, or ends all connections. What else a Redis can do is tried on the debouncer, which has the same client. All of it happens in one window, so what was counted before has to count afterwards. A kill -9 does not lose what the kernel has: power loss is not tested.",
  subject: limiter(),
  plans: {
    strategy: "sample",
    warmUp: oneCall,
    workload: bursts(),
    faults: [redisKilled, redisReadOnly, scriptFlush, clientsKilled],
    faultsMax: 1,
    withinMs: 60,
    windowMs: { min: 80, max: 200 },
    runsMin: 20,
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
  proves: ["redis-survives-faults"],
});
