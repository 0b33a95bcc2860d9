/**
 * An idempotency checker whose claims live for a day is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { idempotency } from "../../src/subjects/idempotency.ts";
import { oneTask } from "../../src/subjects/idempotency_workloads.ts";
import { unhurriedChecker } from "../../src/subjects/flawed/unhurried_checker.ts";

/** What is stuck need not be watched for long. */
const times = { ...unhurriedChecker, promises: { ...unhurriedChecker.promises, convergesWithinMs: 300 } };

export default control({
  title: "An idempotency checker whose claims live for a day is caught",
  story:
    "The reply to the claim is lost, as if its worker had died. The task is claimed by somebody who does not know it, and stays so until tomorrow: each worker is told that it is in work. The good one knows its own claim again, and had it died, its lease would run out.",
  subject: idempotency({
    name: "idempotency checker whose claims live for a day",
    ...times,
    module: new URL("../../src/subjects/flawed/claim_that_lives_for_a_day_hosted.ts", import.meta.url),
  }),
  good: idempotency(times),
  flaw: "A claim lasts as long as what is remembered of a task that is done, and knows nobody again",
  names: convergesAfterHealing,
  plans: { strategy: "cuts", operation: oneTask, connections: ["open"], services: ["redis"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["task-takeover"],
});
