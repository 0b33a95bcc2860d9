/** ROLLBACK is a possible answer to COMMIT, and no error: it is taken for a success. */

import { removal } from "../removal.ts";

export default removal({
  without: "reading what the server answers to COMMIT",
  promise: "rolled-back-is-not-acknowledged",
  edits: [
    {
      file: "src/reference/dedupe/transaction.ts",
      before: '  if (tag === "COMMIT") return;\n',
      after: '  if (tag !== "") return;\n',
    },
  ],
  expects: { scenario: "dedupe/a_careless_handler_neither_doubles_nor_loses", violates: "none_lost" },
});
