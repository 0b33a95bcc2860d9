/** A conversation is given up when its batch is done, whatever has come meanwhile. */

import { removal } from "../removal.ts";

export default removal({
  without: "looking for more in the step that gives a conversation up",
  promise: "given-up-in-one-step",
  edits: [
    {
      file: "src/reference/debouncer/ack.lua",
      before: "local open = head < tail",
      after: "local open = false",
    },
  ],
  expects: { scenario: "debouncer/holds_under_faults_in_a_burst", violates: "none_lost" },
});
