/**
 * An idempotency checker that takes every error for "not processed" is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { handlerWaitsForAVerdict } from "../../src/properties/handler_waits_for_a_verdict.ts";
import { idempotency } from "../../src/subjects/idempotency.ts";
import { oneTask } from "../../src/subjects/idempotency_workloads.ts";
import { unhurriedChecker } from "../../src/subjects/flawed/unhurried_checker.ts";

export default control({
  title: 'An idempotency checker that says "not processed" when it cannot ask is caught',
  story:
    "The reply to the claim is lost. The twin takes the task for a new one and runs it, under no lease that Redis knows of; so its completion is nobody's, and the task is handed out again and done again. The good one asks again for the reply, and learns that it is its own claim. The receiver accepts all: with a single message lost the good one needs no help of it.",
  subject: idempotency({
    name: "idempotency checker that says not processed on an error",
    ...unhurriedChecker,
    module: new URL("../../src/subjects/flawed/says_not_processed_on_an_error_hosted.ts", import.meta.url),
  }),
  good: idempotency(unhurriedChecker),
  flaw: "When the claim fails, the task counts as not processed",
  names: atMostOnce,
  also: [handlerWaitsForAVerdict],
  plans: { strategy: "cuts", operation: oneTask, connections: ["open"], services: ["redis"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["task-waits-for-a-verdict"],
});
