/** npm:postgres makes a new connection of its own when one is lost, behind the back of whoever counts them. */

import { removal } from "../removal.ts";

export default removal({
  without: "the rule that a client of npm:postgres has one socket in its life",
  promise: "process-stays-alive",
  edits: [{
    file: "src/reference/dedupe/lane.ts",
    before: '    if (this.#gone || this.#socket !== undefined) throw closed("The lane was thrown away");\n',
    after: "",
  }],
  expects: { scenario: "dedupe/leased_answers_in_time_in_a_black_hole", violates: "nothing_leaked" },
});
