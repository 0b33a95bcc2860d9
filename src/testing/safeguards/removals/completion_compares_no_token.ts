/** Whoever says that the work is done is believed. */

import { removal } from "../removal.ts";

export default removal({
  without: "the comparison of the token at the completion of a lease",
  promise: "lease-completion-compares-token",
  edits: [
    {
      file: "src/reference/dedupe/complete_lease.sql",
      before: "and token = $3::bigint and",
      after: "and $3::bigint is not null and",
    },
  ],
  expects: { scenario: "dedupe/leased_holders_follow_one_another", violates: "overtaken_is_told" },
});
