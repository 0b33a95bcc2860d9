/** A session comes back to the pool with its transaction open, and the next delivery goes on in it. */

import { removal } from "../removal.ts";

export default removal({
  without: "throwing away a session whose transaction has not ended",
  promise: "claim-and-effect-commit-together",
  edits: [{
    file: "src/reference/dedupe/sessions.ts",
    before: '    if (session.loss !== undefined || session.transaction !== "I") return this.discard(session);\n',
    after: "    if (session.loss !== undefined) return this.discard(session);\n",
  }],
  expects: { scenario: "dedupe/transactional_holds_when_ends_arrive_late", violates: "none_lost" },
});
