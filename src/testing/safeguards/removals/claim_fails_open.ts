/** When the claim fails, the handler runs all the same. */

import { removal } from "../removal.ts";

export default removal({
  without: "failing closed when the claim of a transaction fails",
  promise: "fail-closed",
  edits: [{
    file: "src/reference/dedupe/transactional.ts",
    before: "    return refusalOf(error, Math.ceil(deadlineMs / 4));\n",
    after: "    void [error, refusalOf, deadlineMs];\n    return undefined;\n",
  }],
  expects: { scenario: "dedupe/transactional_holds_when_sessions_end", violates: "handler_waits_for_a_verdict" },
});
