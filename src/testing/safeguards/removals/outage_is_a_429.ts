/** A call that cannot be counted is answered as one too many. */

import { removal } from "../removal.ts";

export default removal({
  without: "telling an outage from a limit",
  promise: "outage-is-no-429",
  edits: [
    {
      file: "src/reference/limiter/handler.ts",
      before: "      return await instead(request, answer);\n",
      after: "      allowance = { allowed: false, remaining: 0, resetMs: 1_000, retryAfterMs: 1_000 };\n",
    },
  ],
  expects: { scenario: "limiter/the_middleware_answers_503_and_not_429", violates: "unavailable_is_not_refused" },
});
