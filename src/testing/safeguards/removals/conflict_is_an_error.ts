/** Insert and catch, without the catch: a second delivery meets the constraint as an error, and is never acknowledged. */

import { removal } from "../removal.ts";

export default removal({
  without: "`on conflict do nothing`, so that a duplicate is an error",
  promise: "duplicates-are-acknowledged",
  edits: [{
    file: "src/reference/dedupe/claim.sql",
    before: "on conflict (provider, event_id) do nothing\n",
    after: "",
  }],
  expects: { scenario: "dedupe/transactional_settles_bursts_at_once", violates: "converges_after_healing" },
});
