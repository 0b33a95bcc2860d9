/** A batch whose lease has run out is left where it is. */

import { removal } from "../removal.ts";

export default removal({
  without: "the takeover of a batch whose lease has run out",
  promise: "batch-takeover",
  edits: [
    {
      file: "src/reference/debouncer/take.lua",
      before: "local expired = come(KEYS[2])",
      after: "local expired = {}",
    },
  ],
  expects: { scenario: "debouncer/turn_holds_at_every_place", violates: "converges_after_healing" },
});
