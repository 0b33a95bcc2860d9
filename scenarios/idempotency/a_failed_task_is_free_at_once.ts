/**
 * A task that threw is given back: nobody waits for the end of its lease.
 */

import { claim } from "../../src/core/scenario.ts";
import { acknowledgedIsNotBegunAgain } from "../../src/properties/acknowledged_is_not_begun_again.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { endlessLeaseTimes, idempotency, patientDeadlineMs } from "../../src/subjects/idempotency.ts";
import { failingFirst, oneTask } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title: "Idempotency checker: a task that failed is free at once, long before its lease runs out",
  story:
    "Tasks fail when they are run first. The lease outlasts the run by far, so whoever comes again gets the task only because it was given back, and the receiver accepts all: what is done is known to the checker alone.",
  subject: idempotency({
    name: "idempotency checker, long lease",
    promises: endlessLeaseTimes,
    options: { deadlineMs: patientDeadlineMs },
  }),
  plans: { strategy: "sample", warmUp: oneTask, workload: failingFirst({ tasks: 6 }), faults: [], runsMin: 4 },
  disturbedBy: "sender",
  properties: [atMostOnce, noneLost, acknowledgedIsNotBegunAgain, convergesAfterHealing],
  proves: ["task-failure-frees"],
});
