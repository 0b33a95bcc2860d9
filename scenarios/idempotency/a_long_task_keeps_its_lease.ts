/**
 * A task of several leases is renewed while it works, and nobody else gets it meanwhile.
 */

import { claim } from "../../src/core/scenario.ts";
import { acknowledgedIsNotBegunAgain } from "../../src/properties/acknowledged_is_not_begun_again.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { idempotency, longTaskTimes } from "../../src/subjects/idempotency.ts";
import { longForAll, oneTask } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title: "Idempotency checker: a task that takes several leases is renewed while it works, and comes to its end",
  story:
    "One task takes longer than two leases, and all workers come for it every few milliseconds. Without renewals that are certain, or if Redis did not know of them, each holder would be overtaken by the next one, and nobody would ever be done.",
  subject: idempotency({
    name: "idempotency checker, long tasks",
    promises: longTaskTimes,
    options: { holdMsMax: 4_000 },
    sink: "fence",
  }),
  plans: { strategy: "sample", warmUp: oneTask, workload: longForAll, faults: [], runsMin: 2 },
  disturbedBy: "sender",
  properties: [
    noStaleEffect,
    noneLost,
    acknowledgedIsNotBegunAgain,
    convergesAfterHealing,
    answersInBoundedTime,
  ],
  proves: ["task-lease-renewed"],
});
