/**
 * Dedupe that looks at ids alone is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { answersAreHonest } from "../../src/properties/answers_are_honest.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { anotherBody } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "Dedupe that does not compare bodies is caught",
  story:
    "An id arrives with one body, and again with another one. The second is acknowledged as a duplicate, and nobody has ever processed what it says.",
  subject: dedupe({
    name: "dedupe by the id alone",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/bodies_not_compared_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: "What an event says is not compared with what was processed under its id",
  names: answersAreHonest,
  plans: { strategy: "sample", workload: anotherBody, faults: [], runsMin: 5 },
  disturbedBy: "sender",
  lacks: ["conflict-is-no-duplicate"],
});
