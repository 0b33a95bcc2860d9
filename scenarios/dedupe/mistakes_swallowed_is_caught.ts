/**
 * Dedupe that swallows what a handler throws is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { unexpectedErrorsSurface } from "../../src/properties/unexpected_errors_surface.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { plantedErrors } from "../../src/subjects/dedupe_workloads.ts";
import { unhurriedFailing } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "Dedupe that swallows what a handler throws is caught",
  story:
    "The handler of an event has a mistake in it and throws. It is caught, so that the service lives on, and the delivery is acknowledged: nobody hears of the mistake, and the event is gone.",
  subject: dedupe({
    name: "dedupe that swallows mistakes",
    mode: "transactional",
    ...unhurriedFailing,
    module: new URL("../../src/subjects/flawed/mistakes_swallowed_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurriedFailing }),
  flaw: "Whatever the handler throws is caught, and the delivery counts as processed",
  names: unexpectedErrorsSurface,
  also: [noneLost],
  plans: { strategy: "sample", workload: plantedErrors, faults: [], runsMin: 5 },
  disturbedBy: "sender",
  lacks: ["handler-errors-surface"],
});
