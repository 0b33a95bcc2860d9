/**
 * Dedupe that does not look for its constraint is caught.
 */

import fc from "fast-check";
import { control } from "../../src/core/scenario.ts";
import { refusesToStart } from "../../src/properties/refuses_to_start.ts";
import { dedupe, tablesMadeByHand } from "../../src/subjects/dedupe.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

const onThatTable = { mode: "transactional", tables: tablesMadeByHand, opensAtStart: true, ...unhurried } as const;

export default control({
  title: "Dedupe that takes its constraint for granted is caught",
  story:
    "The table was made by hand, without its primary key. The service starts all the same, and says that it is ready.",
  subject: dedupe({
    name: "dedupe that takes its constraint for granted",
    ...onThatTable,
    module: new URL("../../src/subjects/flawed/constraint_taken_for_granted_hosted.ts", import.meta.url),
  }),
  good: dedupe({ name: "dedupe, table without a constraint", ...onThatTable }),
  flaw: "Nobody looks at the start whether the unique constraint is there",
  names: refusesToStart,
  plans: { strategy: "sample", workload: fc.constant([]), faults: [], runsMin: 2 },
  disturbedBy: "nothing",
  lacks: ["unique-constraint-verified"],
});
