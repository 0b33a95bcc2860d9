/** When the answer to COMMIT does not come, it is said that nothing happened. */

import { removal } from "../removal.ts";

export default removal({
  without: "OutcomeUnknown, and a lost answer to COMMIT taken for a rollback",
  promise: "unknown-commit-is-unknown",
  edits: [{
    file: "src/reference/dedupe/transaction.ts",
    before: "    throw afterCommit(error, session);\n",
    after: "    throw beforeCommit(error, session) ?? afterCommit(error, session);\n",
  }],
  expects: { scenario: "dedupe/transactional_holds_at_every_place", violates: "refused_did_nothing" },
});
