/**
 * An idempotency checker that remembers what is done for as long as a lease runs is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { acknowledgedIsNotBegunAgain } from "../../src/properties/acknowledged_is_not_begun_again.ts";
import { idempotency } from "../../src/subjects/idempotency.ts";
import { askedForAgain, oneTask } from "../../src/subjects/idempotency_workloads.ts";
import { unhurriedChecker } from "../../src/subjects/flawed/unhurried_checker.ts";

export default control({
  title: "An idempotency checker whose memory is as short as its leases is caught",
  story:
    "A task is done and acknowledged. When the queue hands it out again, as long afterwards as a lease runs and half as long again, nobody remembers it, and it is run once more.",
  subject: idempotency({
    name: "idempotency checker that remembers for a lease",
    ...unhurriedChecker,
    module: new URL("../../src/subjects/flawed/remembers_for_a_lease_hosted.ts", import.meta.url),
  }),
  good: idempotency(unhurriedChecker),
  flaw: "What is done is remembered for as long as a lease runs, and no longer",
  names: acknowledgedIsNotBegunAgain,
  plans: {
    strategy: "sample",
    warmUp: oneTask,
    workload: askedForAgain({ tasks: 3, afterMs: 1.5 * unhurriedChecker.promises.leaseMs }),
    faults: [],
    runsMin: 5,
  },
  disturbedBy: "sender",
  lacks: ["task-done-is-known"],
});
