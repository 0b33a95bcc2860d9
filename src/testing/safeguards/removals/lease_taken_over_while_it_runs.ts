/** A leased event is given to whoever asks for it. */

import { removal } from "../removal.ts";

export default removal({
  without: "the question whether a lease has run out",
  promise: "busy-while-held",
  edits: [
    { file: "src/reference/dedupe/claim_lease.sql", before: "  and held.expires_at <= clock_timestamp()\n", after: "" },
  ],
  expects: { scenario: "dedupe/leased_holders_follow_one_another", violates: "one_holder" },
});
