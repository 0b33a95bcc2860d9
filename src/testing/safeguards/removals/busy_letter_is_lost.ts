/** A dead letter that cannot be put back now is deleted all the same. */

import { removal } from "../removal.ts";

export default removal({
  without: "keeping a dead letter that cannot be put back yet",
  promise: "dead-letters-kept",
  edits: [
    {
      file: "src/reference/debouncer/put_back.lua",
      before: "if busy == 1 then\n",
      after: "if busy == 1 then\n  redis.call('hdel', KEYS[4], ARGV[1])\n",
    },
  ],
  expects: { scenario: "debouncer/nothing_is_lost_beside_a_last_attempt", violates: "dead_letters_kept" },
});
