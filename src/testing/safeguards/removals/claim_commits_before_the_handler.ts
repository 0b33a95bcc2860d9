/** Claim and effect in two transactions: whoever fails between them has claimed the event and processed nothing. */

import { removal } from "../removal.ts";

export default removal({
  without: "one transaction around claim and effect",
  promise: "claim-and-effect-commit-together",
  edits: [{
    file: "src/reference/dedupe/transactional.ts",
    before: "    const { value, swallowed } = await work(session, deadline, handler);\n",
    after: "    await commit(session, deadline, undefined);\n    await begin(session, deadline);\n" +
      "    const { value, swallowed } = await work(session, deadline, handler);\n",
  }],
  expects: { scenario: "dedupe/transactional_holds_when_sessions_end", violates: "none_lost" },
});
