/** The middleware does not say when to come again. */

import { removal } from "../removal.ts";

export default removal({
  without: "Retry-After of the idempotency middleware",
  promise: "middleware-says-when",
  edits: [
    {
      file: "src/reference/idempotency/answer.ts",
      before: '  if (retryAfterMs !== undefined) headers.set("retry-after"',
      after: '  if (retryAfterMs === -1) headers.set("retry-after"',
    },
  ],
  expects: { scenario: "idempotency/the_middleware_answers_503_and_loses_nothing", violates: "refusals_say_when" },
});
