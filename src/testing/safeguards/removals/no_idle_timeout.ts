/** The server keeps a transaction, and its locks, whose client stands still. */

import { removal } from "../removal.ts";

export default removal({
  without: "idle_in_transaction_session_timeout",
  promise: "no-stuck-locks",
  edits: [
    {
      file: "src/reference/dedupe/options.ts",
      before: "    idle_in_transaction_session_timeout: String(deadlineMs),\n",
      after: "",
    },
  ],
  expects: { scenario: "dedupe/nobody_holds_an_event_for_ever", violates: "converges_after_healing" },
});
