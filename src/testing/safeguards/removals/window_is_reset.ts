/** A window that is over is forgotten as a whole. */

import { removal } from "../removal.ts";

export default removal({
  without: "sliding",
  promise: "limit-in-any-window",
  edits: [
    {
      file: "src/reference/limiter/allow.lua",
      before: "while first and first + window <= now do",
      after:
        "if first and first + window <= now then\n  redis.call('del', KEYS[1])\n  chunk, known, first, before = {}, false, nil, nil\nend\nwhile first and first + window <= now do",
    },
  ],
  expects: { scenario: "limiter/the_window_slides", violates: "limit_never_exceeded" },
});
