/**
 * Every panel against every kind of session: nothing found, all as expected, something violated. What a panel must say in
 * each case is one line here; that it says nothing wrong about a subject's text is in `engine/render_test.ts`.
 */

import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import type { Panel, Session } from "../core/panel.ts";
import { doubledRun } from "../testing/made_run.ts";
import { emptySession, sessionOf, typicalSession, violatedSession } from "../testing/made_session.ts";
import verdict from "./10_verdict.tsx";
import changes, { changesOf } from "./20_changes.tsx";
import claims from "./30_claims.tsx";
import violations from "./40_violations.tsx";
import flaws from "./50_flaws.tsx";
import places from "./60_places.tsx";
import faults from "./65_faults.tsx";
import safeguards from "./70_safeguards.tsx";
import limits from "./80_limits.tsx";
import whatRan from "./90_what_ran.tsx";

/** What a reader sees: without tags, with entities resolved, blanks as one. */
function read(panel: Panel, session: Session): string {
  const drawn = panel.render(session);
  if (drawn === null) return "";
  const text = renderToString(drawn).replaceAll(/<[^>]*>/g, " ").replaceAll("&lt;", "<").replaceAll("&quot;", '"');
  return text.replaceAll("&amp;", "&").replaceAll(/\s+/g, " ").trim();
}

function says(panel: Panel, session: Session, ...sentences: string[]): void {
  const text = read(panel, session);
  for (const sentence of sentences) assert.ok(text.includes(sentence), `"${sentence}" is not in: ${text}`);
}

Deno.test("a panel with nothing to show gives null, and the verdict and what ran always say something", () => {
  for (const panel of [changes, claims, violations, flaws, places, faults, safeguards, limits]) {
    assert.equal(panel.render(emptySession()), null, panel.title);
  }
  says(verdict, emptySession(), "Not everything could be judged", "No scenario was run");
  says(whatRan, emptySession(), "Seed 42");
});

Deno.test("the verdict says what came out, how many of each kind, and names what was skipped first", () => {
  says(
    verdict,
    typicalSession(),
    "Everything came out as expected",
    "2 of 2 claims hold",
    "2 of 2 controls came out as they have to",
  );
  const text = read(verdict, violatedSession());
  assert.ok(text.includes("Something is violated"));
  assert.ok(
    text.indexOf("dedupe/holds_when_the_server_is_killed") < text.indexOf("dedupe/transactional_holds_under_cuts"),
  );
  says(verdict, violatedSession(), "✕ escaped dedupe/failure_called_duplicate_is_caught", "0 of 3 claims hold");
});

Deno.test("the verdict blames the harness, and no subject, when the harness broke", () => {
  const session = violatedSession();
  says(
    verdict,
    { ...session, results: { ...session.results, exitCode: 3 } },
    "The harness itself broke",
    "says nothing about the subjects",
  );
});

Deno.test("changes tell new, newly unknown, still failing and fixed apart, the worst first", () => {
  const session = violatedSession();
  const found = changesOf(session.previous!, session.results).map(({ path, what }) => [what, path.split("/")[1]]);
  assert.deepEqual(found, [
    ["new", "transactional_holds_under_cuts"],
    ["new", "failure_called_duplicate_is_caught"],
    ["newly unknown", "holds_when_the_server_is_killed"],
    ["newly unknown", "transactional_holds_under_faults"],
  ]);
  assert.deepEqual(changesOf(session.results, session.results).map(({ what }) => what), Array(4).fill("still failing"));
  says(changes, typicalSession(), "✓ fixed dedupe/transactional_holds_under_cuts", "Run now and not then");
  assert.equal(read(changes, { ...session, previous: undefined }), "");
});

Deno.test("claims show what they rest on: runs, places hit, things examined, runs that counted for nothing", () => {
  says(claims, typicalSession(), "✓ holds", "82 runs", "58 of 60 planned places hit (96 %)", "✓ at_most_once 164");
  says(claims, typicalSession(), "3 runs counted for nothing: black_hole was planned and not confirmed (2); a heal");
  says(claims, violatedSession(), "✕ violated", "? skipped This stack's server is not ours to kill");
});

Deno.test("violations show story, reproduction rate, the command, and whether any fault was needed", () => {
  says(violations, typicalSession(), "No violation was found that was not expected", "✓ caught");
  const text = read(violations, violatedSession());
  assert.ok(text.indexOf("No single lost message") < text.indexOf("Expected: controls"));
  says(violations, violatedSession(), "struck 9 of 10 replays", "deno task chaos replay", "no fault was needed");
  says(violations, violatedSession(), "100 ms later, d1 was sent again", "The run is not among those");
});

Deno.test("the command that does it again names a folder of scenarios of one's own", () => {
  const { results, ...session } = violatedSession();
  const own = { ...session, results: { ...results, scenariosFolder: "/our own" } };
  assert.match(read(violations, own), /deno task chaos --scenarios (')?(&#39;)?\/our own/);
});

Deno.test("a violation whose history cannot be drawn still shows its story", () => {
  const run = { ...doubledRun("e1"), history: [] };
  says(violations, sessionOf(run, [3]), "it cannot be drawn", "d1.1 was answered info");
});

Deno.test("a violation whose run was not stored offers no command that cannot work", () => {
  const session = sessionOf(doubledRun("e1"), []);
  const scenarios = session.results.scenarios.map((scenario) => ({
    ...scenario,
    violations: scenario.violations.map((violation) => ({ ...violation, run: "" })),
  }));
  assert.ok(!read(violations, { ...session, results: { ...session.results, scenarios } }).includes("chaos replay"));
});

Deno.test("the matrix of flaws says who caught whom, after how long, and is loud about one that escaped", () => {
  says(flaws, typicalSession(), "✓ caught 0.41 s", "violated, the named one", "? unknown");
  assert.ok(!read(flaws, typicalSession()).includes("escaped"));
  says(flaws, violatedSession(), "✕ escaped dedupe/failure_called_duplicate_is_caught: what its property says");
});

Deno.test("a twin that is expected to stay unknown is no escape", () => {
  const session = typicalSession();
  const [twin] = session.results.scenarios.filter((scenario) => scenario.kind === "control");
  const scenarios = [{ ...twin!, expect: "unknown", verdict: "unknown", asExpected: true } as const];
  says(flaws, { ...session, results: { ...session.results, scenarios } }, "✓ as expected");
});

Deno.test("the table of places is complete: a cell for each place, by conversation", () => {
  const html = renderToString(places.render(typicalSession())!);
  const cells = html.match(/<td class="cell" title=/g) ?? [];
  assert.equal(cells.length, 120);
  says(
    places,
    typicalSession(),
    "b unknown, then duplicate",
    "58 of 60 places hit, violated at 20",
    "down ReadyForQuery[0]",
  );
});

Deno.test("with a place at each byte the columns are put together and the cells count", () => {
  const session = typicalSession();
  const [claim] = session.results.scenarios;
  const bytes = Array.from({ length: 40 }, (_, byte) => ({ ...claim!.places![0]!, disturbance: `cut @${byte}` }));
  const scenarios = [{ ...claim!, places: bytes }];
  const html = renderToString(places.render({ ...session, results: { ...session.results, scenarios } })!);
  assert.match(html, /cut @n/);
  assert.match(html, /title="40 × unknown, then first"/);
});

Deno.test("faults show planned, confirmed and overlapping, and name one that never struck", () => {
  says(faults, typicalSession(), "22 → 22 → 20", "4 → 0 → 0 ? never struck");
});

Deno.test("a promise is proved only if its scenarios hold and its twins were caught", () => {
  says(safeguards, typicalSession(), "once_under_cuts ✓ proved", "error_is_no_duplicate ? not proved no scenario");
  says(safeguards, violatedSession(), "once_under_cuts ✕ violated", "once_under_faults ? not proved", "no twin");
});

Deno.test("limits say what a user has to know, and what ran says how to do it again", () => {
  says(limits, typicalSession(), "✓ shown by at_most_once", "only if its receiver deduplicates");
  says(whatRan, violatedSession(), "deno task chaos --seed 42", "linux x86_64, 2 cores", "postgres 15.8", "Remarks");
});
