/**
 * A handler that forgets an error, or goes on after it has failed, does not get half of its work committed.
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

const careless = (id: string, key: string, handler: string, instance: number) => ({
  id,
  op: { key, body: `{"handler":"${handler}"}`, pauseMs: 30 },
  starts: { atMs: 0 },
  route: [instance],
  resendAfterMs: [10],
});

const workload = fc.constant([careless("d1", "e1", "swallows", 0), careless("d2", "e2", "straggles", 1)]);

export default claim({
  title:
    "Transactional mode: a handler that swallows an error or straggles has nothing acknowledged and nothing doubled",
  story:
    "One handler catches the error of a statement and returns as if all were well: the server answers its COMMIT with ROLLBACK, which is no error. Another one fails while half of its work is still under way: that half finds the transaction ended, and must not commit alone.",
  subject: dedupe({
    name: "dedupe, transactional, careless handlers",
    mode: "transactional",
    promises: { ...claimTimes, answersWithinMs: 2 * deadlineMs },
    options: { deadlineMs },
    module: new URL("../../src/subjects/dedupe_careless_hosted.ts", import.meta.url),
  }),
  plans: { strategy: "sample", warmUp: oneOrder, workload, faults: [], runsMin: 4 },
  instances: 2,
  disturbedBy: "sender",
  properties: [atMostOnce, noneLost, convergesAfterHealing],
  proves: ["rolled-back-is-not-acknowledged", "transaction-ends-with-its-handler"],
});
