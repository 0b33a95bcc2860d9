/**
 * Dedupe that keeps a connection when it is closed is caught.
 */

import fc from "fast-check";
import { control } from "../../src/core/scenario.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

const workload = fc.constant([{ id: "d1", op: oneOrder, starts: { atMs: 0 }, route: [0], resendAfterMs: [20] }]);

export default control({
  title: "Dedupe that keeps a connection when it is closed is caught",
  story:
    "An event is processed, and the instance is asked to end its work. It closes all that it knows of, and a connection that was opened beside the pool stays.",
  subject: dedupe({
    name: "dedupe that keeps a connection",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/connection_kept_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: "A connection is opened beside the pool, and nobody closes it",
  names: nothingLeaked,
  plans: { strategy: "sample", workload, faults: [], runsMin: 5 },
  instances: 1,
  disturbedBy: "nothing",
  lacks: ["nothing-is-left-behind"],
});
