/**
 * The middleware: while Redis cannot be reached the answer is 503 with Retry-After, and over the limit it is 429 with what is left.
 */

import { claim } from "../../src/core/scenario.ts";
import { blackHole } from "../../src/faults/black_hole.ts";
import { redisKilled } from "../../src/faults/redis_killed.ts";
import { refused } from "../../src/faults/refused.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { limitNeverExceeded } from "../../src/properties/limit_never_exceeded.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusalsSayWhen } from "../../src/properties/refusals_say_when.ts";
import { unavailableIsNotRefused } from "../../src/properties/unavailable_is_not_refused.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { limiter } from "../../src/subjects/limiter.ts";
import { bursts, oneCall } from "../../src/subjects/limiter_workloads.ts";

export default claim({
  title: "Rate limiter, middleware: while Redis is out of reach the answer is 503 and never 429, both with Retry-After",
  story:
    "Requests go through the middleware at all instances, more of them than are allowed. A client that is told 429 has done too much and has to slow down; one that is told 503 has done nothing wrong. Each answer has the headers that belong to it, read as a client reads them: RateLimit and RateLimit-Policy where the count is known, none of them where it is not.",
  subject: limiter({ by: "middleware" }),
  plans: {
    strategy: "sample",
    warmUp: oneCall,
    workload: bursts({ withinMs: 100 }),
    faults: [refused, blackHole, redisKilled],
    onAllRoads: true,
    faultsMax: 1,
    withinMs: 20,
    windowMs: { min: 160, max: 260 },
    runsMin: 15,
  },
  disturbedBy: "faults",
  properties: [
    unavailableIsNotRefused,
    refusalsSayWhen,
    limitNeverExceeded,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["outage-is-no-429", "limiter-says-when"],
});
