/** What a batch has no room for is taken for handled. */

import { removal } from "../removal.ts";

export default removal({
  without: "what is behind a full batch",
  promise: "next-batch",
  edits: [
    {
      file: "src/reference/debouncer/take.lua",
      before: "struct.pack('<i4i4dddB', head + count, tail, bytes, first, dueBehind, 1)",
      after: "struct.pack('<i4i4dddB', tail, tail, 0, first, dueBehind, 1)",
    },
  ],
  expects: { scenario: "debouncer/without_rest_all_is_handled", violates: "each_message_in_one_batch" },
});
