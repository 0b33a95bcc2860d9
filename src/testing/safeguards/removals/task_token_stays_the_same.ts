/** Whoever takes a task over has the token of the holder before. */

import { removal } from "../removal.ts";

export default removal({
  without: "a higher token for each later holder of a task",
  promise: "task-fencing",
  edits: [
    {
      file: "src/reference/idempotency/claim.lua",
      before: "if tonumber(last) >= tonumber(now) then\n    token = string.format('%.0f', last + 1)\n  end",
      after: "token = last",
    },
  ],
  expects: { scenario: "idempotency/holders_follow_one_another", violates: "no_stale_effect" },
});
