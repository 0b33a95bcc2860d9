/**
 * Dedupe whose expired leases are never taken over is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

/** Time enough for a takeover; what is stuck need not be watched for longer. */
const times = { ...unhurried, promises: { ...unhurried.promises, leaseMs: 150, convergesWithinMs: 400 } };

export default control({
  title: "A dedupe whose leases are never taken over is caught",
  story:
    "The reply to the claim is lost. The event is leased to somebody who does not know it, and when the lease has run out nobody takes it over: each delivery is told that the event is in work.",
  subject: dedupe({
    name: "dedupe whose leases are never taken over",
    mode: "leased",
    ...times,
    module: new URL("../../src/subjects/flawed/lease_never_taken_over_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "leased", ...times }),
  flaw: "A lease that has run out stays where it is",
  names: convergesAfterHealing,
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["lease-takeover"],
});
