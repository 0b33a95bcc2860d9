/**
 * An HTTP receiver behind a gateway that drops Retry-After is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { refusalsSayWhen } from "../../src/properties/refusals_say_when.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { copiesOfWork, oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurriedAtWork } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "An HTTP receiver behind a gateway that drops Retry-After is caught",
  story:
    "A copy of an event that is in work is answered 409, and the gateway writes a page of its own: nobody is told when to come again.",
  subject: dedupe({
    name: "dedupe behind a gateway that drops Retry-After",
    mode: "receiver",
    ...unhurriedAtWork,
    module: new URL("../../src/subjects/flawed/retry_after_dropped_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "receiver", ...unhurriedAtWork }),
  flaw: "Whoever is told to come again is not told when",
  names: refusalsSayWhen,
  plans: { strategy: "sample", warmUp: oneOrder, workload: copiesOfWork, faults: [], runsMin: 5 },
  disturbedBy: "sender",
  lacks: ["retry-after-is-said"],
});
