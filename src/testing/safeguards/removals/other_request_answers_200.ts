/** A request that nobody has handled is acknowledged. */

import { removal } from "../removal.ts";

export default removal({
  without: "422 for the same Idempotency-Key with another request",
  promise: "other-request-answers-422",
  edits: [
    { file: "src/reference/idempotency/answer.ts", before: "status: 422,", after: "status: 200," },
  ],
  expects: { scenario: "idempotency/another_request_is_answered_422", violates: "answers_are_honest" },
});
