/** A call counts for half a window. */

import { removal } from "../removal.ts";

export default removal({
  without: "keeping a call for the whole of its window",
  promise: "limit-in-any-window",
  edits: [
    {
      file: "src/reference/limiter/allow.lua",
      before: "while first and first + window <= now do",
      after: "while first and first + window / 2 <= now do",
    },
  ],
  expects: { scenario: "limiter/holds_under_faults_in_a_burst", violates: "limit_never_exceeded" },
});
