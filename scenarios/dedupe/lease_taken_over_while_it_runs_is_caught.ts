/**
 * Dedupe that grants a lease while another one runs is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { oneHolder } from "../../src/properties/one_holder.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { overtakenHolders, overtakenTimes } from "../../src/subjects/overtaken_holders.ts";

const times = { ...overtakenTimes, promises: { ...overtakenTimes.promises, convergesWithinMs: 1_000 } };

export default control({
  title: "A dedupe whose leases keep nobody away is caught",
  story:
    "An event is in work under a lease, and another delivery of it arrives. The twin hands it over at once, and two handlers work on it at the same moment, although nothing was broken.",
  subject: dedupe({
    ...times,
    name: "dedupe that takes over leases that run",
    mode: "leased",
    sink: "fence",
    module: new URL("../../src/subjects/flawed/lease_taken_over_while_it_runs_hosted.ts", import.meta.url),
  }),
  good: dedupe({ ...times, mode: "leased", sink: "fence" }),
  flaw: "A lease is granted although an earlier one has not run out",
  names: oneHolder,
  plans: { strategy: "sample", warmUp: oneOrder, workload: overtakenHolders, faults: [], runsMin: 4 },
  instances: 2,
  disturbedBy: "sender",
  lacks: ["busy-while-held"],
});
