/**
 * Dedupe that completes an event for whoever says that it is done is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { overtakenIsTold } from "../../src/properties/overtaken_is_told.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { overtakenHolders, overtakenTimes } from "../../src/subjects/overtaken_holders.ts";

const times = { ...overtakenTimes, promises: { ...overtakenTimes.promises, convergesWithinMs: 1_000 } };

export default control({
  title: "A dedupe that lets an overtaken holder complete the event is caught",
  story:
    "A handler takes longer than its lease, and the event is taken over. While the next holder is at work the late one says that the work is done. The twin compares no token, so it is believed and acknowledged.",
  subject: dedupe({
    ...times,
    name: "dedupe whose leases anybody completes",
    mode: "leased",
    sink: "fence",
    module: new URL("../../src/subjects/flawed/lease_completed_by_anybody_hosted.ts", import.meta.url),
  }),
  good: dedupe({ ...times, mode: "leased", sink: "fence" }),
  flaw: "The completion of a lease does not compare the token",
  names: overtakenIsTold,
  plans: { strategy: "sample", warmUp: oneOrder, workload: overtakenHolders, faults: [], runsMin: 4 },
  instances: 2,
  disturbedBy: "sender",
  lacks: ["completer-is-told", "lease-completion-compares-token"],
});
