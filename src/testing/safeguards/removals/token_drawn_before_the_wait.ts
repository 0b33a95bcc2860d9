/** A takeover takes the token that was drawn before it waited for the row. */

import { removal } from "../removal.ts";

export default removal({
  without: "drawing the token of a takeover under the row's lock",
  promise: "lease-fencing",
  edits: [
    {
      file: "src/reference/dedupe/claim_lease.sql",
      before: "  token = nextval('webhook_event_token'),\n",
      after: "  token = excluded.token,\n",
    },
  ],
  expects: {
    scenario: "dedupe/leased_holders_follow_one_another",
    unnoticedBecause:
      "The token is lower only where a takeover waits for the row for longer than another holder's whole lease, and nothing that is run arranges that.",
  },
});
