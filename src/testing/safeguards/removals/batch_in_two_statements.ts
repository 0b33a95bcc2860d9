/** A batch claims its events, and writes their effect in a statement of its own. */

import { removal } from "../removal.ts";

export default removal({
  without: "one statement for a batch's claims and their effect",
  promise: "batch-is-one-statement",
  edits: [
    {
      file: "src/reference/dedupe/batch.ts",
      before: '  const text = claimBatchSql.replace("/*effect*/", () => effect);\n',
      after: '  const text = claimBatchSql.replace("/*effect*/", "select 1");\n',
    },
    {
      file: "src/reference/dedupe/batch.ts",
      before: "  return new Set(claimed.map((row) => row.event_id));\n",
      after: "  const mine = new Set(claimed.map((row) => row.event_id));\n" +
        "  const fresh = events.filter((event) => mine.has(event.id));\n" +
        "  const apart = \"with fresh as (select event_id, decode(body, 'base64') as body \" +\n" +
        "    `from unnest($1::text[], $2::text[]) as event (event_id, body)) ${effect}`;\n" +
        "  await lanes.run(apart, [\n" +
        "    textArray(fresh.map((event) => event.id)),\n" +
        '    textArray(fresh.map((event) => Buffer.from(event.body as Uint8Array).toString("base64"))),\n' +
        "  ], deadline);\n" +
        "  return mine;\n",
    },
  ],
  expects: { scenario: "dedupe/batch_holds_when_sessions_end", violates: "none_lost" },
});
