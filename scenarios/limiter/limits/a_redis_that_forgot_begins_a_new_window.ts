/**
 * Known limit: a Redis that lost its data counts from zero, in the middle of a window.
 */

import { limit } from "../../../src/core/scenario.ts";
import { redisForgets } from "../../../src/faults/redis_forgets.ts";
import { limitNeverExceeded } from "../../../src/properties/limit_never_exceeded.ts";
import { limiter, unhurried } from "../../../src/subjects/limiter.ts";
import { oneCall, steadily } from "../../../src/subjects/limiter_workloads.ts";

export default limit({
  title: "Rate limiter: a Redis that lost its data allows the limit once more in the same window",
  story:
    "All that is allowed in the window has been allowed. Then Redis is started again without its data, as one without persistence is, or an empty replica that has taken its place; and the same number is allowed again.",
  subject: limiter({ name: "rate limiter on a Redis that forgets", ...unhurried }),
  because:
    "The count lies in Redis alone. Each loss of its data, by a restart without persistence or a failover to a replica that lags behind, lets up to the whole limit through once more in that window: set appendonly yes, and a limit that whatever stands behind it can bear twice",
  names: limitNeverExceeded,
  plans: {
    strategy: "sample",
    warmUp: oneCall,
    workload: steadily(),
    faults: [redisForgets],
    faultsMax: 1,
    withinMs: 60,
    windowMs: { min: 100, max: 200 },
    runsMin: 5,
  },
  disturbedBy: "faults",
});
