/** The sink lets a batch in as often as it comes. */

import { removal } from "../removal.ts";

export default removal({
  without: "the row of a batch in the transaction of its effect",
  promise: "sink-commits-once",
  edits: [
    {
      file: "src/reference/debouncer/sink_commit.sql",
      before: "  from committed\n  cross join",
      after: "  from (select $4::text as batch_id, conversation, token from passed) as committed\n  cross join",
    },
    // Else it is taken for an effect that does not read what is new, as it does, and the sink does not open.
    {
      file: "src/reference/debouncer/sink_effect.ts",
      before: '["fresh", "committed"]',
      after: '["fresh", "committed", "passed"]',
    },
  ],
  expects: { scenario: "debouncer/turn_holds_at_every_place", violates: "at_most_once" },
});
