/** Nobody listens for the errors of a connection of npm:pg between two statements: the first one ends the process. */

import { removal } from "../removal.ts";

export default removal({
  without: "a listener for the errors of a connection that is at rest",
  promise: "process-stays-alive",
  edits: [{
    file: "src/reference/dedupe/session.ts",
    before: '    this.#client.on("error", (error) => this.#loss ??= error);\n',
    after: "",
  }],
  expects: { scenario: "dedupe/transactional_holds_when_sessions_end", violates: "process_stays_alive" },
});
