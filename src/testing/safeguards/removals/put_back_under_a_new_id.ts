/** A batch that is put back is taken for another one. */

import { removal } from "../removal.ts";

export default removal({
  without: "the old id of a batch that is put back",
  promise: "put-back-keeps-its-id",
  edits: [
    {
      file: "src/reference/debouncer/put_back.lua",
      before: "cmsgpack.pack(ARGV[1], 0, 0,",
      after: "cmsgpack.pack(ARGV[1] .. '.', 0, 0,",
    },
  ],
  expects: { scenario: "debouncer/a_batch_put_back_is_committed_once", violates: "at_most_once" },
});
