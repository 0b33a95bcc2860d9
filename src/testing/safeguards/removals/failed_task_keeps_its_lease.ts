/** A task that failed is held until its lease runs out. */

import { removal } from "../removal.ts";

export default removal({
  without: "giving the lease of a failed task back",
  promise: "task-failure-frees",
  edits: [
    {
      file: "src/reference/idempotency/work.ts",
      before: "      if (lease.lost === undefined) await this.#release(task, lease);\n      throw error;",
      after: "      throw error;",
    },
  ],
  expects: { scenario: "idempotency/a_failed_task_is_free_at_once", violates: "converges_after_healing" },
});
