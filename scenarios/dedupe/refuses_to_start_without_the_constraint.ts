/**
 * Dedupe that rests on a unique constraint looks whether it is there, and refuses to start without it.
 */

import fc from "fast-check";
import { claim } from "../../src/core/scenario.ts";
import { refusesToStart } from "../../src/properties/refuses_to_start.ts";
import { dedupe, tablesMadeByHand } from "../../src/subjects/dedupe.ts";

export default claim({
  title: "Without the unique constraint that it rests on, dedupe refuses to start and says what would add it",
  story:
    "A table that was copied, restored or migrated without its primary key takes every duplicate without a word. Nothing that happens later would show it, so it is asked of the catalog at the start.",
  subject: dedupe({
    name: "dedupe, table without a constraint",
    mode: "transactional",
    tables: tablesMadeByHand,
    opensAtStart: true,
  }),
  plans: { strategy: "sample", workload: fc.constant([]), faults: [], runsMin: 2 },
  disturbedBy: "nothing",
  properties: [refusesToStart],
  proves: ["unique-constraint-verified"],
});
