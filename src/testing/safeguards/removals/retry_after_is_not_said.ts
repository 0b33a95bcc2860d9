/** An error of the store is answered 503, without a word on when to come again. */

import { removal } from "../removal.ts";

export default removal({
  without: "Retry-After beside a 503",
  promise: "retry-after-is-said",
  edits: [{
    file: "src/reference/dedupe/answer.ts",
    before: "detail: outcome.message, headers: retryAfter(outcome.retryAfterMs) };",
    after: "detail: outcome.message };",
  }],
  expects: { scenario: "dedupe/the_receiver_answers_503_and_loses_nothing", violates: "refusals_say_when" },
});
