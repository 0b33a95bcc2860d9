/** The fingerprint is not compared: the same id with another body is taken for the same event. */

import { removal } from "../removal.ts";

export default removal({
  without: "the comparison of fingerprints",
  promise: "conflict-is-no-duplicate",
  edits: [{
    file: "src/reference/dedupe/look.ts",
    before: '  if (row.fingerprint !== event.fingerprint) return { verdict: "conflict" };\n',
    after: "",
  }],
  expects: { scenario: "dedupe/another_body_is_no_duplicate", violates: "answers_are_honest" },
});
