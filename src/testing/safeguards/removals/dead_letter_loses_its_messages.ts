/** A dead letter keeps its reason, and not what it was about. */

import { removal } from "../removal.ts";

export default removal({
  without: "the messages of a dead letter",
  promise: "dead-letters-kept",
  edits: [
    {
      file: "src/reference/debouncer/fail.lua",
      before: "messages[#messages + 1] = message or nil",
      after: "messages = {}",
    },
  ],
  expects: { scenario: "debouncer/last_failure_holds_at_every_place", violates: "dead_letters_kept" },
});
