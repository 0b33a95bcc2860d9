/** The receiver answers an error of the store with 200: the sender does not come again. */

import { removal } from "../removal.ts";

export default removal({
  without: "503 for an error of the store",
  promise: "error-answers-503",
  edits: [{
    file: "src/reference/dedupe/answer.ts",
    before: "return { status: 503, code: outcome.code,",
    after: "return { status: 200, code: outcome.code,",
  }],
  expects: { scenario: "dedupe/the_receiver_answers_503_and_loses_nothing", violates: "none_lost" },
});
