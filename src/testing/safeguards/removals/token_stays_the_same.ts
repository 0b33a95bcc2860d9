/** A takeover keeps the token of the holder before. */

import { removal } from "../removal.ts";

export default removal({
  without: "a higher token for each later holder",
  promise: "lease-fencing",
  edits: [
    {
      file: "src/reference/dedupe/claim_lease.sql",
      before: "  token = nextval('webhook_event_token'),\n",
      after: "  token = held.token,\n",
    },
  ],
  expects: { scenario: "dedupe/leased_holders_follow_one_another", violates: "no_stale_effect" },
});
