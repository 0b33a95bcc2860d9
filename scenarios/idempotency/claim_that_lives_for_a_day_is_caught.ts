/**
 * An idempotency checker whose claims live for a day is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { idempotency } from "../../src/subjects/idempotency.ts";
import { oneTask } from "../../src/subjects/idempotency_workloads.ts";

const deadlineMs = 150;
const leaseMs = 150;

/** Time enough for a takeover; what is stuck need not be watched for longer. */
const times = {
  promises: { answersWithinMs: 2 * deadlineMs + leaseMs, leaseMs, convergesWithinMs: 300 },
  options: { deadlineMs },
};

export default control({
  title: "An idempotency checker whose claims live for a day is caught",
  story:
    "The reply to the claim comes when nobody waits for it any more, as if its worker had died. The task is claimed by somebody who does not know it, and stays so until tomorrow: each worker is told that it is in work.",
  subject: idempotency({
    name: "idempotency checker whose claims live for a day",
    ...times,
    module: new URL("../../src/subjects/flawed/claim_that_lives_for_a_day_hosted.ts", import.meta.url),
  }),
  good: idempotency(times),
  flaw: "A claim lasts as long as what is remembered of a task that is done",
  names: convergesAfterHealing,
  plans: {
    strategy: "cuts",
    operation: oneTask,
    connections: ["open"],
    services: ["redis"],
    disturb: ["stall", "barrier"],
    stallMs: 220,
  },
  instances: 2,
  disturbedBy: "faults",
});
