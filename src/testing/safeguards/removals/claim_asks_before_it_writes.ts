/** Nothing but the claim's own question, asked before the row is written, keeps a second row away: the constraint is gone. */

import { removal } from "../removal.ts";

export default removal({
  without: "the unique constraint, and with a question in place of `on conflict do nothing`",
  promise: "one-statement-decides",
  edits: [
    { file: "src/reference/dedupe/schema.sql", before: "  primary key (provider, event_id),\n", after: "" },
    {
      file: "src/reference/dedupe/constraint.ts",
      before: "if (!found.constraint_exists) {",
      after: "if (found.constraint_exists === undefined) {",
    },
    {
      file: "src/reference/dedupe/claim.sql",
      before:
        "values ($1::text, $2::text, decode($3::text, 'hex'), 'done')\non conflict (provider, event_id) do nothing\n",
      after: "select $1::text, $2::text, decode($3::text, 'hex'), 'done'\n" +
        "where not exists (select from webhook_event where provider = $1::text and event_id = $2::text)\n",
    },
  ],
  expects: { scenario: "dedupe/the_receiver_answers_503_and_loses_nothing", violates: "at_most_once" },
});
