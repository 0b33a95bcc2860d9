/** A task that was run, and perhaps not written down, is called certainly not done. */

import { removal } from "../removal.ts";

export default removal({
  without: "OutcomeUnknown for a completion that was not answered",
  promise: "task-unknown-is-unknown",
  edits: [
    {
      file: "src/reference/idempotency/store.ts",
      before: '  return new OutcomeUnknown("The task is done, but',
      after: '  return new StoreUnavailable("The task is done, but',
    },
  ],
  expects: { scenario: "idempotency/holds_at_every_place", violates: "refused_did_nothing" },
});
