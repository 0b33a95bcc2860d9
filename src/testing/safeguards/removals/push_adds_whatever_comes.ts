/** A message whose id is known is added once more. */

import { removal } from "../removal.ts";

export default removal({
  without: "asking whether a message is known when it is added",
  promise: "message-accepted-once",
  edits: [
    {
      file: "src/reference/debouncer/push.lua",
      before: "'nx', ",
      after: "",
    },
  ],
  expects: { scenario: "debouncer/push_holds_at_every_place", violates: "each_message_in_one_batch" },
});
