/**
 * A black hole between the instances and Redis that outlasts every deadline: no call waits for longer than it may.
 */

import { claim } from "../../src/core/scenario.ts";
import { blackHole } from "../../src/faults/black_hole.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { limitNeverExceeded } from "../../src/properties/limit_never_exceeded.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { unavailableIsNotRefused } from "../../src/properties/unavailable_is_not_refused.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { claimTimes, limiter } from "../../src/subjects/limiter.ts";
import { bursts, oneCall } from "../../src/subjects/limiter_workloads.ts";
import { outlastsDeadlines } from "../../src/subjects/outlasts_deadlines.ts";

/** Short, so that the black hole outlasts the promise and the harness's patience with it. */
const deadlineMs = 150;

export default claim({
  title: "Rate limiter: in a black hole that outlasts every deadline, each call is answered in time",
  story:
    "The connections to Redis stay open, and whatever is sent on them is lost, for longer than a call may take. No error comes, for there is nobody to send one: a clock of one's own ends the call, which is not allowed, and once the road is back all goes on.",
  subject: limiter({
    name: "rate limiter, short deadline",
    promises: { ...claimTimes, answersWithinMs: 2 * deadlineMs },
    options: { deadlineMs },
  }),
  plans: { strategy: "sample", warmUp: oneCall, workload: bursts(), faults: [blackHole], ...outlastsDeadlines },
  disturbedBy: "faults",
  properties: [
    answersInBoundedTime,
    limitNeverExceeded,
    unavailableIsNotRefused,
    convergesAfterHealing,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["redis-answers-in-time", "redis-process-stays-alive", "redis-nothing-left-behind"],
});
