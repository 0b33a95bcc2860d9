/** A conversation whose batch failed is said to have nothing left. */

import { removal } from "../removal.ts";

export default removal({
  without: "saying that a batch which failed is still to come",
  promise: "failed-comes-again",
  edits: [
    {
      file: "src/reference/debouncer/fail.lua",
      before: "return { 'again', 1 }",
      after: "return { 'again', 0 }",
    },
  ],
  expects: { scenario: "debouncer/a_failed_batch_comes_again", violates: "converges_after_healing" },
});
