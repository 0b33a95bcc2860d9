/** A conversation is handed on quiet time after its first message, whatever came since. */

import { removal } from "../removal.ts";

export default removal({
  without: "putting off a conversation to which messages came since",
  promise: "quiet-time-by-redis",
  edits: [
    {
      file: "src/reference/debouncer/take.lua",
      before: "if state and dueAt > now then",
      after: "if false then",
    },
  ],
  expects: { scenario: "debouncer/holds_under_faults_in_a_burst", violates: "quiet_then_fire" },
});
