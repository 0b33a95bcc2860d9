/** A task stays with whoever claimed it, for as long as it is remembered. */

import { removal } from "../removal.ts";

export default removal({
  without: "the takeover of a task whose lease has run out",
  promise: "task-takeover",
  edits: [
    {
      file: "src/reference/idempotency/claim.lua",
      before: "local left = state == 'held' and since + lease * 1000 - now or 0",
      after: "local left = state == 'held' and lease * 1000 or 0",
    },
  ],
  expects: { scenario: "idempotency/holds_under_faults_in_a_burst", violates: "converges_after_healing" },
});
