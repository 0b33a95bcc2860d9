/** The server goes on with a statement for which nobody waits any more. */

import { removal } from "../removal.ts";

export default removal({
  without: "statement_timeout",
  promise: "no-stuck-locks",
  edits: [
    { file: "src/reference/dedupe/options.ts", before: "    statement_timeout: String(deadlineMs),\n", after: "" },
  ],
  expects: { scenario: "dedupe/nobody_holds_an_event_for_ever", violates: "converges_after_healing" },
});
