/** A conversation is handled when it is quiet, whenever that is. */

import { removal } from "../removal.ts";

export default removal({
  without: "the longest wait",
  promise: "longest-wait",
  edits: [
    {
      file: "src/reference/debouncer/push.lua",
      before: "local due = math.min(now + ARGV[3], first + ARGV[4])",
      after: "local due = now + ARGV[3]",
    },
  ],
  expects: { scenario: "debouncer/without_rest_all_is_handled", violates: "quiet_then_fire" },
});
