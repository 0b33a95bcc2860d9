/** A task is given to whoever asks, also while somebody has it. */

import { removal } from "../removal.ts";

export default removal({
  without: "the question whether the lease on a task still runs",
  promise: "task-busy-while-held",
  edits: [
    {
      file: "src/reference/idempotency/claim.lua",
      before: "elseif left > 0 then",
      after: "elseif left > math.huge then",
    },
  ],
  expects: { scenario: "idempotency/holders_follow_one_another", violates: "one_holder" },
});
