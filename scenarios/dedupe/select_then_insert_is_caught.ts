/**
 * Dedupe that asks first and writes then is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { tablesWithoutConstraintSql } from "../../src/subjects/flawed/select_then_insert_hosted.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "A dedupe that selects, then inserts, without a unique constraint is caught",
  story:
    "All instances get the same event at the same moment, and are let into each gap of the conversation together. In the gap between the question and the row, all of them have been told that the event is new.",
  subject: dedupe({
    name: "dedupe that selects, then inserts",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/select_then_insert_hosted.ts", import.meta.url),
    tables: tablesWithoutConstraintSql,
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: "It is asked whether the event is known before it is written, and no constraint stands behind the answer",
  names: atMostOnce,
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["barrier"] },
  disturbedBy: "sender",
  lacks: ["one-statement-decides", "unique-constraint-verified"],
});
