/** The driver takes its listeners off a closed socket, and an error that comes after that ends the process. */

import { removal } from "../removal.ts";

export default removal({
  without: "a listener for what a closed socket of npm:postgres says too late",
  promise: "process-stays-alive",
  edits: [{
    file: "src/reference/dedupe/lane.ts",
    before: '      queueMicrotask(() => socket.on("error", () => {}));\n',
    after: "",
  }],
  expects: {
    scenario: "dedupe/leased_holds_when_sessions_end",
    unnoticedBecause:
      "In more than 400 runs of six claims, and in the tests of the reference, no socket said anything after its close: a precaution.",
  },
});
