/**
 * Dedupe that swallows what a handler throws is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { unexpectedErrorsSurface } from "../../src/properties/unexpected_errors_surface.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { plantedErrors } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

/** What fails for ever need not be watched for long. */
const times = { ...unhurried, promises: { ...unhurried.promises, convergesWithinMs: 300 } };

export default control({
  title: "Dedupe that swallows what a handler throws is caught",
  story:
    "The handler of an event has a mistake in it and throws. It is caught, so that the service lives on, and the delivery is acknowledged: nobody hears of the mistake, and the event is gone.",
  subject: dedupe({
    name: "dedupe that swallows mistakes",
    mode: "transactional",
    ...times,
    module: new URL("../../src/subjects/flawed/mistakes_swallowed_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...times }),
  flaw: "Whatever the handler throws is caught, and the delivery counts as processed",
  names: unexpectedErrorsSurface,
  also: [noneLost],
  plans: { strategy: "sample", workload: plantedErrors, faults: [], runsMin: 5 },
  disturbedBy: "sender",
});
