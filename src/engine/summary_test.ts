/**
 * The summary of made sessions, line by line where alignment matters.
 */

import assert from "node:assert/strict";
import { emptySession, typicalSession, violatedSession } from "../testing/made_session.ts";
import { summaryOf } from "./summary.ts";

const path = "reports/latest/index.html";

Deno.test("summaryOf() gives every scenario one aligned line, then why, then where the report is", () => {
  const lines = summaryOf(typicalSession().results, path, false).split("\n");
  assert.deepEqual(lines.slice(0, 3), [
    "✓ holds   claim    dedupe/transactional_holds_under_cuts                     82 runs  1.9 s",
    "✓ holds   claim    dedupe/transactional_holds_under_faults           43 runs, 3 void  9.4 s",
    "✓ caught  control  dedupe/commit_error_retries_the_effect_is_caught          82 runs  1.9 s",
  ]);
  assert.ok(lines.includes("✓ 2 claims hold, 2 controls were caught, 1 known limit was shown"));
  assert.equal(lines.at(-2), "Report: reports/latest/index.html   (seed 42, 48.2 s)");
});

Deno.test("summaryOf() says why below each scenario that did not come out as expected, in capitals without colours", () => {
  const text = summaryOf(violatedSession().results, path, false);
  assert.match(text, /^\? SKIPPED .*holds_when_the_server_is_killed.*\n +This stack's server is not ours to kill$/m);
  assert.match(text, /^✕ ESCAPED .*failure_called_duplicate_is_caught.*\n +The control escaped: none_lost holds$/m);
  assert.match(text, /^✕ VIOLATED /m);
  assert.match(text, /^\? UNKNOWN /m);
});

Deno.test("summaryOf() lets no text of a subject steer the terminal", () => {
  const { results } = violatedSession();
  const text = summaryOf({ ...results, why: "gone\u001b[2J\rwell\u202e" }, path, false);
  assert.ok(text.includes("gone·[2J·well·"));
});

Deno.test("summaryOf() paints only where colours are wanted", () => {
  const { results } = typicalSession();
  const painted = summaryOf(results, path, true);
  assert.ok(painted.includes("\u001b["));
  assert.ok(!summaryOf(results, path, false).includes("\u001b["));
});

Deno.test("summaryOf() of a session without scenarios is its sentence and its report", () => {
  assert.match(summaryOf(emptySession().results, path, false), /^\? No scenario was run\n/);
});
