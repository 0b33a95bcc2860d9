/**
 * Known limit: a Redis that forgot has a task run again that was done. What the checker knows is what Redis knows.
 */

import { limit } from "../../../src/core/scenario.ts";
import { redisForgets } from "../../../src/faults/redis_forgets.ts";
import { atMostOnce } from "../../../src/properties/at_most_once.ts";
import { noStaleEffect } from "../../../src/properties/no_stale_effect.ts";
import { idempotency } from "../../../src/subjects/idempotency.ts";
import { askedForAgain, oneTask } from "../../../src/subjects/idempotency_workloads.ts";

export default limit({
  title: "Idempotency checker: a Redis that forgot has a task run again that was done and acknowledged",
  story:
    "Tasks are done and acknowledged. Then Redis is started again without anything that it knew, as one without persistence is, or a replica that lags behind takes its place. When the tasks are handed out again, nobody remembers them.",
  subject: idempotency(),
  because:
    "The checker remembers what Redis remembers: with a Redis that may forget (no appendonly, eviction, failover to a replica that lags behind) a task that was done is run again. Pass lease.key on to a receiver that deduplicates by it, or let Postgres remember (dedupe), where that must not be",
  names: atMostOnce,
  also: [noStaleEffect],
  plans: {
    strategy: "sample",
    warmUp: oneTask,
    workload: askedForAgain({ tasks: 48, afterMs: 250 }),
    faults: [redisForgets],
    faultsMax: 1,
    withinMs: 100,
    windowMs: { min: 80, max: 120 },
    runsMin: 5,
  },
  disturbedBy: "faults",
});
