/**
 * Whichever message of a call is cut, stalled or simultaneous: never more is allowed than the limit.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { limitNeverExceeded } from "../../src/properties/limit_never_exceeded.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { unavailableIsNotRefused } from "../../src/properties/unavailable_is_not_refused.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { limiter } from "../../src/subjects/limiter.ts";
import { aLastCall, anEarlierCall, oneCall } from "../../src/subjects/limiter_workloads.ts";

export default claim({
  title: "Rate limiter: whichever message of a call is cut, stalled or simultaneous, no more is allowed than the limit",
  story:
    "The conversation of one call with Redis is cut before, inside and after each of its messages, each is held longer than every timeout, and all instances go through each gap together, more of them than the limit has room for. A call whose answer was lost counts as consumed, and its client comes again until it is told yes or no.",
  subject: limiter(),
  plans: {
    strategy: "cuts",
    before: [anEarlierCall],
    operation: oneCall,
    after: [aLastCall],
    disturb: ["cut", "stall", "barrier"],
    services: ["redis"],
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
  proves: ["limit-in-any-window"],
});
