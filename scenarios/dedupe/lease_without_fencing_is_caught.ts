/**
 * Dedupe whose leases come without a fencing token is caught.
 */

import fc from "fast-check";
import { control } from "../../src/core/scenario.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { controlTimes, dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";

/** The lease is over long before the call's deadline, and the slow handler ends between the two. */
const times = {
  promises: { ...controlTimes, answersWithinMs: 600, leaseMs: 120 },
  options: { deadlineMs: 600 },
  opensAtStart: true,
};

const workload = fc.constant([
  {
    id: "d1",
    op: { ...oneOrder, pauseMs: 350, heedless: true },
    starts: { atMs: 0 },
    route: [0],
    resendAfterMs: [20],
  },
  { id: "d2", op: oneOrder, starts: { atMs: 60 }, route: [1], resendAfterMs: [10] },
]);

export default control({
  title: "A dedupe whose lease has no fencing token is caught",
  story:
    "The first handler takes longer than its lease and does not hear that it is over. The lease is taken over, and the second holder's effect is made. Then the first one's comes, and the receiver, which refuses every token that is lower than one it has seen, has nothing to refuse it by.",
  subject: dedupe({
    ...times,
    name: "dedupe whose leases are not fenced",
    mode: "leased",
    sink: "fence",
    module: new URL("../../src/subjects/flawed/lease_without_fencing_hosted.ts", import.meta.url),
  }),
  good: dedupe({ ...times, mode: "leased", sink: "fence" }),
  flaw: "Every holder of a lease has the same token",
  names: noStaleEffect,
  plans: { strategy: "sample", workload, faults: [], runsMin: 5 },
  instances: 2,
  disturbedBy: "sender",
  lacks: ["lease-fencing", "never-stale-where-fenced"],
});
