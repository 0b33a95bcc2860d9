/** COMMIT is sent although the connection is known to be lost. */

import { removal } from "../removal.ts";

export default removal({
  without: "the look whether the connection is still there before COMMIT is sent",
  promise: "unavailable-did-nothing",
  edits: [
    {
      file: "src/reference/dedupe/transaction.ts",
      before: "  if (session.loss !== undefined) throw beforeCommit(session.loss, session);\n",
      after: "",
    },
  ],
  expects: {
    scenario: "dedupe/transactional_holds_when_sessions_end",
    unnoticedBecause:
      "The driver itself refuses a statement over a lost connection, so it is said that nobody knows instead of that nothing happened: less, and no less true.",
  },
});
