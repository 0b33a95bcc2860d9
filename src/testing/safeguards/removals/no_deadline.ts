/** The store's answers are awaited for as long as they take. */

import { removal } from "../removal.ts";

export default removal({
  without: "a deadline of one's own on the store's answers",
  promise: "answers-in-time",
  edits: [{
    file: "src/reference/dedupe/deadline.ts",
    before: "      this.#rejects.push(reject);\n",
    after: "",
  }],
  expects: { scenario: "dedupe/transactional_answers_in_time_in_a_black_hole", violates: "answers_in_bounded_time" },
});
