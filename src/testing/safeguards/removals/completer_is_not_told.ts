/** The store does not complete a lease that was lost, and the completer is told that all is well. */

import { removal } from "../removal.ts";

export default removal({
  without: "LeaseLost for a completion that found its lease taken over",
  promise: "completer-is-told",
  edits: [
    {
      file: "src/reference/dedupe/lease.ts",
      before: "  if (done.length === 1) return;\n",
      after: "  if (done.length <= 1) return;\n",
    },
  ],
  expects: { scenario: "dedupe/leased_holders_follow_one_another", violates: "overtaken_is_told" },
});
