/**
 * By way of HTTP, the same id with another body is answered 422, which no sender repeats, and never 200.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersAreHonest } from "../../src/properties/answers_are_honest.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { anotherBody } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title: "HTTP receiver: the same id with another body is answered 422, and the first body's copies 200",
  story:
    "Signed requests go through the receiver. A body that nobody processed must not be acknowledged, and there is no use in sending it again: 422 says both.",
  subject: dedupe({ mode: "receiver" }),
  plans: { strategy: "sample", workload: anotherBody, faults: [], runsMin: 4 },
  disturbedBy: "sender",
  properties: [answersAreHonest, atMostOnce, convergesAfterHealing],
  proves: ["other-body-answers-422", "processed-answers-200"],
});
