/**
 * An error in the handler comes out as it is: it is not swallowed, and never acknowledged.
 */

import { claim } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { unexpectedErrorsSurface } from "../../src/properties/unexpected_errors_surface.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { plantedErrors } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title: "A mistake in the handler comes out unchanged and rolls the claim back",
  story:
    "A handler that fails must not leave its event claimed, and its error must reach whoever can mend it, in its own words.",
  subject: dedupe({
    name: "dedupe, transactional, handler fails",
    mode: "transactional",
    promises: { answersWithinMs: 400, leaseMs: 250, convergesWithinMs: 500 },
  }),
  plans: { strategy: "sample", workload: plantedErrors, faults: [], runsMin: 6 },
  disturbedBy: "sender",
  properties: [unexpectedErrorsSurface, atMostOnce, noneLost],
  proves: ["handler-errors-surface"],
});
