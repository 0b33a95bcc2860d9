/**
 * A black hole between the workers and Redis that outlasts every deadline and the lease: no call waits for longer than it may.
 */

import { claim } from "../../src/core/scenario.ts";
import { blackHole } from "../../src/faults/black_hole.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { claimTimes, idempotency } from "../../src/subjects/idempotency.ts";
import { oneTask, queue } from "../../src/subjects/idempotency_workloads.ts";
import { outlastsDeadlines } from "../../src/subjects/outlasts_deadlines.ts";

/** Short, so that the black hole outlasts the promise and the harness's patience with it. */
const deadlineMs = 120;

export default claim({
  title: "Idempotency checker: in a black hole that outlasts every deadline, each call is answered in time",
  story:
    "The connections to Redis stay open, and whatever is sent on them is lost, for longer than a call may take. No error comes, for there is nobody to send one: a clock of one's own ends the call, the task of a claim that was not answered is not run, and once the road is back all goes on.",
  subject: idempotency({
    name: "idempotency checker, short deadline",
    promises: { ...claimTimes, answersWithinMs: 2 * deadlineMs + claimTimes.leaseMs },
    options: { deadlineMs },
    sink: "deduplicate",
  }),
  plans: {
    strategy: "sample",
    warmUp: oneTask,
    workload: queue({ tasks: 6, afterMsMax: 25, pauseMsMax: 15 }),
    faults: [blackHole],
    ...outlastsDeadlines,
  },
  disturbedBy: "faults",
  properties: [
    answersInBoundedTime,
    atMostOnce,
    noneLost,
    refusedDidNothing,
    convergesAfterHealing,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["redis-answers-in-time", "redis-process-stays-alive", "redis-nothing-left-behind"],
});
