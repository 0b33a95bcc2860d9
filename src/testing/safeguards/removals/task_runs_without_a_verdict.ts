/** A task is run when Redis could not say whether it may be. */

import { removal } from "../removal.ts";

export default removal({
  without: "failing closed when a claim fails",
  promise: "task-waits-for-a-verdict",
  edits: [
    {
      file: "src/reference/idempotency/store.ts",
      before:
        "      if (!isLost(error)) throw error;\n      return answerOf(await askAgain(() => this.#claim(task, owner), isLost, error, endsAtMs, notRun));",
      after: '      return [error, owner, endsAtMs, askAgain, isLost, notRun] && "0";',
    },
  ],
  expects: { scenario: "idempotency/holds_at_every_place", violates: "handler_waits_for_a_verdict" },
});
