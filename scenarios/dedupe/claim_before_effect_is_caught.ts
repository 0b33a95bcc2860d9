/**
 * Dedupe that commits its claim before its effect, without a lease, is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "A dedupe that commits its claim before its effect is caught",
  story:
    "A message between the claim's commit and the effect's is lost. The event counts as processed, each further delivery is answered 200 as a duplicate, and nobody has processed it.",
  subject: dedupe({
    name: "dedupe that claims before its effect",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/claim_before_effect_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: "The claim is committed first, with no lease, and the effect in a transaction of its own",
  names: noneLost,
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["claim-and-effect-commit-together"],
});
