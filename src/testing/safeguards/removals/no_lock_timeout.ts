/** Whoever meets the claim of another delivery waits for its end. */

import { removal } from "../removal.ts";

export default removal({
  without: "lock_timeout",
  promise: "in-work-answers-409",
  edits: [
    {
      file: "src/reference/dedupe/options.ts",
      before: "    lock_timeout: String(Math.max(1, Math.floor(deadlineMs / 4))),\n",
      after: "",
    },
  ],
  expects: { scenario: "dedupe/a_copy_in_work_is_answered_409", violates: "told_while_in_work" },
});
