/**
 * A rate limiter that says "too many" when it cannot ask is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { refused } from "../../src/faults/refused.ts";
import { limitNeverExceeded } from "../../src/properties/limit_never_exceeded.ts";
import { unavailableIsNotRefused } from "../../src/properties/unavailable_is_not_refused.ts";
import { limiter, unhurried } from "../../src/subjects/limiter.ts";
import { oneCall, steadily } from "../../src/subjects/limiter_workloads.ts";

export default control({
  title: "A rate limiter that answers 429 while Redis is out of reach is caught",
  story:
    "Nobody listens where Redis should be, so nobody knows whether there is room. The twin says that there is none: it exceeds no limit, and tells clients that have done nothing wrong to slow down, and whoever watches that all is well.",
  subject: limiter({
    name: "rate limiter that answers an outage 429",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/outage_answered_429_hosted.ts", import.meta.url),
  }),
  good: limiter(unhurried),
  flaw: "A call that cannot be counted is answered as one over the limit",
  names: unavailableIsNotRefused,
  also: [limitNeverExceeded],
  plans: {
    strategy: "sample",
    warmUp: oneCall,
    workload: steadily(),
    faults: [refused],
    onAllRoads: true,
    faultsMax: 1,
    withinMs: 0,
    windowMs: { min: 150, max: 200 },
    runsMin: 5,
  },
  disturbedBy: "faults",
  lacks: ["outage-is-no-429"],
});
