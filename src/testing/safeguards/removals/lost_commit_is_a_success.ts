/** When the answer to COMMIT does not come, it is taken for done. */

import { removal } from "../removal.ts";

export default removal({
  without: "OutcomeUnknown, and a lost answer to COMMIT taken for a success",
  promise: "unknown-commit-is-unknown",
  edits: [{
    file: "src/reference/dedupe/transaction.ts",
    before: "    throw afterCommit(error, session);\n",
    after: "    return void [error, afterCommit];\n",
  }],
  expects: { scenario: "dedupe/transactional_holds_when_sessions_end", violates: "none_lost" },
});
