/** A task has one lease and no more, however long it takes. */

import { removal } from "../removal.ts";

export default removal({
  without: "the renewal of a lease whose task is still at work",
  promise: "task-lease-renewed",
  edits: [
    {
      file: "src/reference/idempotency/work.ts",
      before: "const renewals = holdMsMax > leaseMs ? this.#keepRenewing(task, lease) : undefined;",
      after: "const renewals = holdMsMax < 0 ? this.#keepRenewing(task, lease) : undefined;",
    },
  ],
  expects: { scenario: "idempotency/a_long_task_keeps_its_lease", violates: "converges_after_healing" },
});
