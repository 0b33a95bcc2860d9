/** A lease that has run out stays where it is. */

import { removal } from "../removal.ts";

export default removal({
  without: "the takeover of a lease that has run out",
  promise: "lease-takeover",
  edits: [{
    file: "src/reference/dedupe/claim_lease.sql",
    before: "  and held.expires_at <= clock_timestamp()\n",
    after: "  and held.expires_at <= '-infinity'\n",
  }],
  expects: { scenario: "dedupe/leased_holds_when_sessions_end", violates: "converges_after_healing" },
});
