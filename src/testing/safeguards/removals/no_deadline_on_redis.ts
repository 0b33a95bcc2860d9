/** A command waits for its answer as long as it takes. */

import { removal } from "../removal.ts";

export default removal({
  without: "a deadline of one's own on Redis's answers",
  promise: "redis-answers-in-time",
  edits: [
    {
      file: "src/reference/redis.ts",
      before: "      call.giveUp?.(late);\n      call.sent?.reject(late);\n",
      after: "      void late;\n",
    },
    {
      file: "src/reference/redis.ts",
      before: "    lane.discard();\n",
      after: "",
    },
  ],
  expects: { scenario: "limiter/answers_in_time_in_a_black_hole", violates: "answers_in_bounded_time" },
});
