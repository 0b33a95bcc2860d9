/** The service starts whether or not the constraint is there that all of it rests on. */

import { removal } from "../removal.ts";

export default removal({
  without: "the look at the catalog for the unique constraint",
  promise: "unique-constraint-verified",
  edits: [{
    file: "src/reference/dedupe/constraint.ts",
    before: "if (!found.constraint_exists) {",
    after: "if (found.constraint_exists === undefined) {",
  }],
  expects: { scenario: "dedupe/refuses_to_start_without_the_constraint", violates: "refuses_to_start" },
});
