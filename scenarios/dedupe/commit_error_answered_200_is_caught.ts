/**
 * Dedupe that acknowledges although COMMIT failed is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "A dedupe that answers 200 when COMMIT fails is caught",
  story:
    "COMMIT does not reach the server, which rolls everything back. The handler had finished, so the twin acknowledges: the sender does not come again, and nothing is there.",
  subject: dedupe({
    name: "dedupe that answers a COMMIT error with 200",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/commit_error_answered_200_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: "An error of COMMIT is answered 200",
  names: noneLost,
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["unknown-commit-is-unknown"],
});
