/**
 * Dedupe that repeats its effect alone when COMMIT failed is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "A dedupe that repeats the effect in process when COMMIT fails is caught",
  story:
    "COMMIT is executed and its answer is lost. The twin takes another connection and runs the handler's statements once more, without the claim: the effect is there twice.",
  subject: dedupe({
    name: "dedupe that repeats its effect after a COMMIT error",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/commit_error_retries_effect_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: "When COMMIT fails, the effect alone is done again in process",
  names: atMostOnce,
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["unknown-commit-is-unknown"],
});
