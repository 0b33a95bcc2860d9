/**
 * One holder at a time, and whoever was overtaken changes nothing any more at a receiver that fences.
 */

import { claim } from "../../src/core/scenario.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { oneHolder } from "../../src/properties/one_holder.ts";
import { overtakenIsTold } from "../../src/properties/overtaken_is_told.ts";
import { claimTimes, idempotency } from "../../src/subjects/idempotency.ts";
import { oneTask, overtakenHolders } from "../../src/subjects/idempotency_workloads.ts";

/** Nothing is disturbed, so a long one costs nothing. */
const deadlineMs = 500;

export default claim({
  title:
    "Idempotency checker: holders follow one another, and an overtaken one is told so and refused by a receiver that fences",
  story:
    "A task takes longer than its lease and does not hear that it is over. Until then all other workers are told that it is in work; after it the next one takes it over with a higher token, and the first is told that it lost the lease. Its late effect is refused by the receiver.",
  subject: idempotency({
    name: "idempotency checker, overtaken",
    promises: { ...claimTimes, answersWithinMs: 2 * deadlineMs + claimTimes.leaseMs },
    options: { deadlineMs },
    sink: "fence",
  }),
  plans: { strategy: "sample", warmUp: oneTask, workload: overtakenHolders, faults: [], runsMin: 4 },
  instances: 2,
  disturbedBy: "sender",
  properties: [
    oneHolder,
    noStaleEffect,
    overtakenIsTold,
    noneLost,
    convergesAfterHealing,
  ],
  proves: ["task-busy-while-held", "task-fencing", "task-completion-compares-token", "task-takeover"],
});
