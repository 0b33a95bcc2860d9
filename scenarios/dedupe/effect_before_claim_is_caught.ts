/**
 * Dedupe that commits its effect before its claim is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "A dedupe that commits its effect before its claim is caught",
  story:
    "A message between the effect's commit and the claim's is lost. The work is done and nobody remembers it, so the next delivery does it again.",
  subject: dedupe({
    name: "dedupe that claims after its effect",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/effect_before_claim_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: "The effect is committed first, and the claim after it",
  names: atMostOnce,
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["claim-and-effect-commit-together"],
});
