/**
 * Dedupe that dies of a rejection which nobody hears is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { plantedErrors } from "../../src/subjects/dedupe_workloads.ts";
import { unhurriedFailing } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "Dedupe that makes a second promise of a delivery, and forgets it, is caught",
  story:
    "A delivery fails, and is answered in order. A second promise, made of it only to count the time, fails as well: nobody hears that, and the process ends.",
  subject: dedupe({
    name: "dedupe with a promise that nobody hears",
    mode: "transactional",
    ...unhurriedFailing,
    module: new URL("../../src/subjects/flawed/rejection_nobody_hears_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurriedFailing }),
  flaw: "A promise is made of each delivery's, and what it rejects with is not heard",
  names: processStaysAlive,
  plans: { strategy: "sample", workload: plantedErrors, faults: [], runsMin: 5 },
  disturbedBy: "sender",
  lacks: ["process-stays-alive"],
});
