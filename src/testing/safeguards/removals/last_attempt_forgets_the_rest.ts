/** A batch that dies takes along what has come meanwhile. */

import { removal } from "../removal.ts";

export default removal({
  without: "looking for more when a batch dies",
  promise: "dead-letters-kept",
  edits: [
    {
      file: "src/reference/debouncer/fail.lua",
      before: "local open = head < tail\nfields",
      after: "local open = false\nfields",
    },
  ],
  expects: { scenario: "debouncer/nothing_is_lost_beside_a_last_attempt", violates: "none_lost" },
});
