/** What a history may show of a statement. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { statementCharactersMax, statementText } from "./statement_text.ts";

Deno.test("statementText() hides every kind of literal and keeps names and parameters", () => {
  const cases: [string, string][] = [
    ["select 'a''b', 12, 1.5e3, $1, t1.x2 from t1", "select ?, ?, ?, $1, t1.x2 from t1"],
    ["select E'it\\'s' || e'x'", "select ? || ?"],
    ["do $$ begin secret; end $$", "do ?"],
    ["select $tag$ it's $$ secret $tag$, 1", "select ?, ?"],
    ['insert into "my 1 table" values (-5)', 'insert into "my 1 table" values (-?)'],
    ["select 1 -- password\n from t /* secret */ where a = 2", "select ? from t where a = ?"],
    ["alter role x password 'hun''ter2", "alter role x password ?"],
    ["select $tag$ never ended", "select ?"],
  ];
  for (const [sql, text] of cases) assert.equal(statementText(sql), text);
});

Deno.test("statementText() never shows a string literal, wherever it stands", () => {
  const literal = fc.string().map((s) => `'${`SECRET${s}`.replaceAll("'", "''")}'`);
  const part = fc.oneof(literal, fc.constantFrom("select", ",", "(", ")", "$1", "x", "42", "from t where a ="));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const text = statementText(parts.join(" "));
      assert.ok(!text.includes("SECRET"));
      assert.ok(text.length <= statementCharactersMax);
    }),
  );
});
