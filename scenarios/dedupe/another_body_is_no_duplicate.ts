/**
 * The same id with another body is a conflict: neither processed nor called a duplicate.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersAreHonest } from "../../src/properties/answers_are_honest.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { anotherBody } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title: "The same id with another body is reported as a conflict, not acknowledged as a duplicate",
  story:
    "A sender that reuses an id, or somebody who plays with one, must not have its other body swallowed with a 200: that event would be lost. Each id is remembered with a fingerprint of its body.",
  subject: dedupe({ mode: "transactional" }),
  plans: { strategy: "sample", workload: anotherBody, faults: [], runsMin: 10 },
  disturbedBy: "sender",
  properties: [answersAreHonest, atMostOnce],
  proves: ["conflict-is-no-duplicate"],
});
