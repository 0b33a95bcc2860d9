/** A statement that comes after the handler has ended is sent all the same, over a connection that may be anybody's. */

import { removal } from "../removal.ts";

export default removal({
  without: "refusing the statements of a handler that has ended",
  promise: "transaction-ends-with-its-handler",
  edits: [
    {
      file: "src/reference/dedupe/transaction.ts",
      before: "    if (this.ended || this.left) {\n",
      after: "    if (this.left) {\n",
    },
  ],
  expects: { scenario: "dedupe/a_careless_handler_neither_doubles_nor_loses", violates: "at_most_once" },
});
