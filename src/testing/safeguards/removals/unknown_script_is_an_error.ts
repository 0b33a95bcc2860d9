/** A server that has forgotten the scripts is not given them again. */

import { removal } from "../removal.ts";

export default removal({
  without: "sending the text of a script that the server does not know",
  promise: "scripts-are-sent-again",
  edits: [
    {
      file: "src/reference/redis.ts",
      before: 'if (script !== undefined && replyOf(error)?.word === "NOSCRIPT") {',
      after: 'if (script !== undefined && replyOf(error)?.word === "NOSCRIPT?") {',
    },
  ],
  expects: { scenario: "debouncer/holds_when_redis_fails", violates: "converges_after_healing" },
});
