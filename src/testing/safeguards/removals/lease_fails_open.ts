/** When the claim of a lease fails, the handler runs all the same, with a token that nobody gave it. */

import { removal } from "../removal.ts";

export default removal({
  without: "failing closed when the claim of a lease fails",
  promise: "fail-closed",
  edits: [{
    file: "src/reference/dedupe/lease.ts",
    before: "    return refusalOf(error, 1_000);\n",
    after: "    void [error, refusalOf];\n    return 0n;\n",
  }],
  expects: { scenario: "dedupe/leased_holds_when_sessions_end", violates: "handler_waits_for_a_verdict" },
});
