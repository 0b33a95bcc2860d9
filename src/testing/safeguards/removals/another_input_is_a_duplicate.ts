/** The fingerprint of a task's input is stored, and looked at by nobody. */

import { removal } from "../removal.ts";

export default removal({
  without: "comparing the inputs of tasks with the same key",
  promise: "task-conflict",
  edits: [
    {
      file: "src/reference/idempotency/claim.lua",
      before: "if fingerprint ~= ARGV[2] then\n    return { 'conflict' }\n  elseif state",
      after: "if state",
    },
  ],
  expects: { scenario: "idempotency/another_input_is_no_duplicate", violates: "answers_are_honest" },
});
