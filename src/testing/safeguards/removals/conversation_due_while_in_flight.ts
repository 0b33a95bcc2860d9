/** A conversation falls due while a batch of it is in flight. */

import { removal } from "../removal.ts";

export default removal({
  without: "leaving a conversation alone while a batch of it is in flight",
  promise: "one-batch-in-flight",
  edits: [
    {
      file: "src/reference/debouncer/take.lua",
      before: "redis.call('zrem', KEYS[1], name) -- frees first, as above",
      after: "",
    },
    {
      file: "src/reference/debouncer/take.lua",
      before: "local function gather(name, head, tail, bytes, first, dueAt)\n",
      after: "local function gather(name, head, tail, bytes, first, dueAt)\n  if head == tail then return end\n",
    },
  ],
  expects: { scenario: "debouncer/holds_under_faults_in_a_burst", violates: "converges_after_healing" },
});
