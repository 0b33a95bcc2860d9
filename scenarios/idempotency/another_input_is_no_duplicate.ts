/**
 * The same key with another input is a conflict: neither run nor called done.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersAreHonest } from "../../src/properties/answers_are_honest.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { idempotency } from "../../src/subjects/idempotency.ts";
import { anotherInput } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title: "Idempotency checker: the same key with another input is a conflict, and not a task that is done",
  story:
    "Two tasks were given one key by mistake: another amount, the same order. Whoever asks for the second must not be told that it is done, for nobody has run it. Each key is remembered with a fingerprint of its input, while the task runs and when it is done.",
  subject: idempotency(),
  plans: { strategy: "sample", workload: anotherInput, faults: [], runsMin: 10 },
  disturbedBy: "sender",
  properties: [answersAreHonest, atMostOnce],
  proves: ["task-conflict"],
});
