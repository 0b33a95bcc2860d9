/**
 * A rate limiter that counts by itself while Redis is down is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { redisKilled } from "../../src/faults/redis_killed.ts";
import { limitNeverExceeded } from "../../src/properties/limit_never_exceeded.ts";
import { unavailableIsNotRefused } from "../../src/properties/unavailable_is_not_refused.ts";
import { limiter, unhurried } from "../../src/subjects/limiter.ts";
import { oneCall, steadily } from "../../src/subjects/limiter_workloads.ts";

export default control({
  title: "A rate limiter that falls back to counting in each process while Redis is down is caught",
  story:
    "Redis is killed, and every instance goes on with a count of its own, which knows nothing of the others' and nothing of what Redis had counted. Three instances let three times the limit through.",
  subject: limiter({
    name: "rate limiter with a local fallback",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/local_fallback_hosted.ts", import.meta.url),
  }),
  good: limiter(unhurried),
  flaw: "While Redis is down each process counts for itself",
  names: limitNeverExceeded,
  also: [unavailableIsNotRefused],
  plans: {
    strategy: "sample",
    warmUp: oneCall,
    workload: steadily(),
    faults: [redisKilled],
    faultsMax: 1,
    withinMs: 0,
    windowMs: { min: 150, max: 200 },
    runsMin: 5,
  },
  disturbedBy: "faults",
  lacks: ["limit-in-any-window"],
});
