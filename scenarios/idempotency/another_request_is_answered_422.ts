/**
 * By way of the middleware, the same key with another request is answered 422, which no client repeats, and never with the first one's
 * response.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersAreHonest } from "../../src/properties/answers_are_honest.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { idempotency } from "../../src/subjects/idempotency.ts";
import { anotherInput } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title: "Idempotency middleware: the same key with another request is answered 422, and the first one's copies 201",
  story:
    "A client that takes an old Idempotency-Key for a new request gets no response that belongs to the old one: nobody has done what it asks for. There is no use in asking again either: 422 says both.",
  subject: idempotency({ use: "middleware" }),
  plans: { strategy: "sample", workload: anotherInput, faults: [], runsMin: 4 },
  disturbedBy: "sender",
  properties: [answersAreHonest, atMostOnce, convergesAfterHealing],
  proves: ["other-request-answers-422"],
});
