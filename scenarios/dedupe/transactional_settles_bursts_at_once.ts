/**
 * Transactional mode: with nothing broken, a burst is settled at once: one is first, and the copies are acknowledged soon.
 */

import fc from "fast-check";
import { claim } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { claimTimes, dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";

/** Nothing waits for a deadline here, so a long one costs nothing, and on a busy machine no call runs out of time. */
const deadlineMs = 1_000;

const op = { key: "e1", body: '{"order":1}', pauseMs: 10 };
const resendAfterMs = [15, 40, 80];

/** One copy to each instance at the same moment, and one more to each when the first one is acknowledged. */
const workload = fc.constant([0, 1, 2].flatMap((instance) => [
  { id: `d${instance + 1}`, op, starts: { atMs: 0 }, route: [instance], resendAfterMs },
  { id: `d${instance + 4}`, op, starts: { afterAckOf: "d1", afterMs: 0 }, route: [instance], resendAfterMs },
]));

export default claim({
  title: "Transactional mode: of copies that arrive at once one is processed, and the others are acknowledged soon",
  story:
    "A duplicate is the commonest thing there is, and no error: whoever takes it for one has a sender that comes again for ever. Nothing is broken here, so nothing may take long.",
  subject: dedupe({
    mode: "transactional",
    promises: { ...claimTimes, answersWithinMs: 2 * deadlineMs, convergesWithinMs: 3_000 },
    options: { deadlineMs },
  }),
  plans: { strategy: "sample", warmUp: oneOrder, workload, faults: [], runsMin: 6 },
  disturbedBy: "sender",
  properties: [atMostOnce, noneLost, convergesAfterHealing],
  proves: ["one-statement-decides", "duplicates-are-acknowledged"],
});
