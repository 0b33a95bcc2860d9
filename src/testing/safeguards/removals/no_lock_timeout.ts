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
  expects: {
    scenario: "dedupe/transactional_settles_bursts_at_once",
    unnoticedBecause:
      "Whoever meets a claim in work waits for its own deadline then, and is answered 503 instead of 409: later, and as safe. transactional_test.ts notices it.",
  },
});
