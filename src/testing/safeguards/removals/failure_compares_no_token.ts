/** A failure counts against whoever holds the batch by then. */

import { removal } from "../removal.ts";

export default removal({
  without: "the comparison of the token when a failure is told",
  promise: "failure-compares-token",
  edits: [
    {
      file: "src/reference/debouncer/fail.lua",
      before: "if id ~= ARGV[2] or token ~= tonumber(ARGV[3]) then",
      after: "if id ~= ARGV[2] then",
    },
  ],
  expects: { scenario: "debouncer/a_late_failure_changes_nothing", violates: "handled_or_dead" },
});
