/**
 * Dedupe that calls a failed COMMIT a certain rollback is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "A dedupe that says that nothing happened when COMMIT fails is caught",
  story:
    "COMMIT is executed and its answer is lost. The twin says that it is certain that nothing happened; whoever believes that does the work in another way.",
  subject: dedupe({
    name: "dedupe that calls a COMMIT error refused",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/commit_error_called_refused_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: "An error of COMMIT is thrown as a refusal, which promises that nothing happened",
  names: refusedDidNothing,
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["unknown-commit-is-unknown", "unavailable-did-nothing"],
});
