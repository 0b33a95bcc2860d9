/**
 * Dedupe that takes every error of the claim for a duplicate is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: 'A dedupe that answers "duplicate" when the store fails is caught',
  story:
    "The claim's message is cut. The twin takes the error for a sign that somebody was here before, and acknowledges. The sender does not come again, and nobody has processed the event.",
  subject: dedupe({
    name: "dedupe that answers errors with duplicate",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/errors_answered_duplicate_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: 'When the store fails, the delivery is answered 200 "duplicate"',
  names: noneLost,
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["error-answers-503"],
});
