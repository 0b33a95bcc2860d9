/** A body that nobody processed is acknowledged. */

import { removal } from "../removal.ts";

export default removal({
  without: "422 for the same id with another body",
  promise: "other-body-answers-422",
  edits: [
    { file: "src/reference/dedupe/answer.ts", before: "return { status: 422,", after: "return { status: 200," },
  ],
  expects: { scenario: "dedupe/another_body_is_answered_422", violates: "answers_are_honest" },
});
