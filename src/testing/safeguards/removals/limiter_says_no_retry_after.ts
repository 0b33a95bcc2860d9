/** A 503 of the limiter does not say when to come again. */

import { removal } from "../removal.ts";

export default removal({
  without: "Retry-After beside a 503 of the limiter",
  promise: "limiter-says-when",
  edits: [
    {
      file: "src/reference/limiter/answer.ts",
      before: 'problem(new Headers({ "retry-after": String(seconds(retryAfterMs)) }), {',
      after: 'problem(new Headers({ "x-after": String(seconds(retryAfterMs)) }), {',
    },
  ],
  expects: { scenario: "limiter/the_middleware_answers_503_and_not_429", violates: "refusals_say_when" },
});
