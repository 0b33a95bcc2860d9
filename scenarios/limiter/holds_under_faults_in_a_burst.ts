/**
 * Faults of the road drawn at random, while bursts above the limit arrive at all instances together, in one window after another.
 */

import { claim } from "../../src/core/scenario.ts";
import { bandwidth } from "../../src/faults/bandwidth.ts";
import { blackHole } from "../../src/faults/black_hole.ts";
import { jitter } from "../../src/faults/jitter.ts";
import { latency } from "../../src/faults/latency.ts";
import { refused } from "../../src/faults/refused.ts";
import { replyCut } from "../../src/faults/reply_cut.ts";
import { requestCut } from "../../src/faults/request_cut.ts";
import { reset } from "../../src/faults/reset.ts";
import { slicer } from "../../src/faults/slicer.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { limitNeverExceeded } from "../../src/properties/limit_never_exceeded.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { unavailableIsNotRefused } from "../../src/properties/unavailable_is_not_refused.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { limiter, slidingTimes } from "../../src/subjects/limiter.ts";
import { bursts, oneCall } from "../../src/subjects/limiter_workloads.ts";

export default claim({
  title: "Rate limiter: bursts at all instances together get no more than the limit in any window on a bad road",
  story:
    "Calls of two accounts come in bursts to all instances at the same moment, more than are allowed together, and more when the window has moved on. Meanwhile the road is slow, narrow, in pieces, swallowed, reset, refused or cut, for one instance or for all.",
  subject: limiter({ promises: slidingTimes }),
  plans: {
    strategy: "sample",
    warmUp: oneCall,
    workload: bursts(),
    faults: [latency, jitter, bandwidth, slicer, blackHole, reset, refused, requestCut, replyCut],
    withinMs: 20,
    windowMs: { min: 160, max: 260 },
    faultsMax: 3,
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
  proves: ["limit-in-any-window", "redis-holds-in-bursts"],
});
