/** An id that another conversation has had is known. */

import { removal } from "../removal.ts";

export default removal({
  without: "the conversation in what is remembered of a message",
  promise: "message-accepted-once",
  edits: [
    {
      file: "src/reference/debouncer/keys.ts",
      before: "id:${conversation.length}:${conversation}:${id}",
      after: "id:${id}",
    },
  ],
  expects: { scenario: "debouncer/without_rest_all_is_handled", violates: "none_lost" },
});
