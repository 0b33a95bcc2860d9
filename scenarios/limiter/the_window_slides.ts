/**
 * What was allowed just before the end of one window counts in the next: nothing is reset.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { limitNeverExceeded } from "../../src/properties/limit_never_exceeded.ts";
import { limiter, oneWindowTimes } from "../../src/subjects/limiter.ts";
import { acrossAWindow, oneCall } from "../../src/subjects/limiter_workloads.ts";

export default claim({
  title: "Rate limiter: the window slides, and who waits for its end gets no second limit",
  story:
    "A client makes one call, and the rest of what it may just before the window of that call ends. Right after that end it calls again, as often as it may: all but one of these calls are too many.",
  subject: limiter({ promises: oneWindowTimes }),
  plans: { strategy: "sample", warmUp: oneCall, workload: acrossAWindow, faults: [], runsMin: 3 },
  disturbedBy: "sender",
  properties: [limitNeverExceeded, answersInBoundedTime, convergesAfterHealing],
  proves: ["limit-in-any-window"],
});
