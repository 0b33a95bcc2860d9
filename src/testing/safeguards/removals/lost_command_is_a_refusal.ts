/** A command that was sent and not answered is called certainly not done. */

import { removal } from "../removal.ts";

export default removal({
  without: "OutcomeUnknown for a command whose answer did not come",
  promise: "redis-unknown-is-unknown",
  edits: [
    {
      file: "src/reference/redis.ts",
      before: "meaningOf(error, sent !== undefined)",
      after: "meaningOf(error, false)",
    },
  ],
  expects: { scenario: "debouncer/push_holds_at_every_place", violates: "refused_did_nothing" },
});
