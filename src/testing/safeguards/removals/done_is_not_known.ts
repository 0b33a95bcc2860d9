/** A task that is done is given out again. */

import { removal } from "../removal.ts";

export default removal({
  without: "the memory of what is done",
  promise: "task-done-is-known",
  edits: [
    {
      file: "src/reference/idempotency/claim.lua",
      before: "elseif state == 'done' then\n    return { 'done', result ~= '' and result }\n  ",
      after: "",
    },
  ],
  expects: { scenario: "idempotency/holds_at_every_place", violates: "acknowledged_is_not_begun_again" },
});
