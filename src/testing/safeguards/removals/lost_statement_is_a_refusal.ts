/** A statement that stands alone was sent and its answer was lost: it is said that nothing happened. */

import { removal } from "../removal.ts";

export default removal({
  without: "OutcomeUnknown for a single statement whose answer was lost",
  promise: "unavailable-did-nothing",
  edits: [{
    file: "src/reference/dedupe/lanes.ts",
    before: '  if (kind === "nothing") {\n',
    after: '  if (kind === "nothing" || greeted) {\n',
  }],
  expects: { scenario: "dedupe/batch_holds_at_every_place", violates: "refused_did_nothing" },
});
