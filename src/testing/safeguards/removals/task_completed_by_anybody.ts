/** A holder that was overtaken completes the task all the same. Either safeguard suffices: its own clock ends the lease before it can ask. */

import { removal } from "../removal.ts";

export default removal({
  without: "the end of a lease by its holder's own clock, and the comparison of the token at the completion",
  promise: "task-completion-compares-token",
  edits: [
    {
      file: "src/reference/idempotency/complete.lua",
      before: "if token ~= ARGV[1] or state == 'free' then",
      after: "if state == 'free' then",
    },
    {
      file: "src/reference/idempotency/ends.ts",
      before: '      this.#end(one, "its time may be up");',
      after: "      this.cancel(one);",
    },
  ],
  expects: { scenario: "idempotency/holders_follow_one_another", violates: "overtaken_is_told" },
});
