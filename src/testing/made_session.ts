/**
 * Made sessions for tests of the report, the summary and the schema: nothing found, all as expected, something violated.
 * They hold every kind of scenario and, in the violated one, text that must be escaped. A sibling would be one more session.
 */

import type { Session, ShownRun } from "../core/panel.ts";
import type { Results, ScenarioResult, ViolationResult } from "../core/results.ts";
import { doubledRun } from "./made_run.ts";
import {
  claimUnderCuts,
  claimUnderFaults,
  control,
  disguisedFailure,
  limit,
  runFolder,
  skipped,
  violation,
} from "./made_scenarios.ts";

/** A subject's text that tries to become markup in every way that matters here. */
export const hostileText = `"e1'<img src=x onerror=alert(1)></script><script>alert(2)</script>\u2028&amp;`;

/** A session in which no scenario was found. */
export function emptySession(): Session {
  return { results: results([], "unknown", "No scenario was run"), previous: undefined, runs: new Map() };
}

/** A session in which all was as expected: a claim under cuts and one under faults, two controls, a limit. */
export function typicalSession(): Session {
  const run = doubledRun();
  const scenarios = [claimUnderCuts(), claimUnderFaults(), control(run), disguisedFailure(), limit()];
  const why = "2 claims hold, 2 controls were caught, 1 known limit was shown";
  return {
    results: results(scenarios, "as expected", why),
    previous: results(
      [{ ...claimUnderCuts(), verdict: "unknown", asExpected: false }, limit()],
      "unknown",
      "an older one",
    ),
    runs: new Map([[runFolder, run]]),
  };
}

/** A session with a claim violated by a hostile key, a control that escaped, an unknown and a skipped scenario. */
export function violatedSession(): Session {
  const run = doubledRun(hostileText);
  const violated: ScenarioResult = {
    ...claimUnderCuts(),
    verdict: "violated",
    asExpected: false,
    why: `at_most_once is violated: event ${hostileText} was processed twice`,
    properties: [{
      name: "at_most_once",
      claim: "No event has more than one effect",
      verdict: "violated",
      examined: 164,
      why: `event ${hostileText} was processed twice`,
    }],
    violations: [violation(run, hostileText), { ...violation(run, "e2"), run: "runs/not-shown", noFaultNeeded: true }],
  };
  const escaped: ScenarioResult = {
    ...disguisedFailure(),
    verdict: "holds",
    asExpected: false,
    why: "The control escaped: none_lost holds",
    caughtBy: [],
    properties: [{ name: "none_lost", claim: "Nothing acknowledged is lost", verdict: "holds", examined: 40 }],
    violations: [],
  };
  const unknown: ScenarioResult = {
    ...claimUnderFaults(),
    verdict: "unknown",
    asExpected: false,
    why: "black_hole was confirmed in 2 of the 5 runs that it takes",
  };
  const scenarios = [skipped(), violated, unknown, control(run), escaped, limit()];
  return {
    results: { ...results(scenarios, "violated", "1 claim is violated and 1 control escaped"), exitCode: 1 },
    previous: results([claimUnderCuts(), claimUnderFaults(), control(run), limit()], "as expected", "an older one"),
    runs: new Map([[runFolder, run]]),
  };
}

/** A session around one shown run, for tests of size and speed. */
export function sessionOf(run: ShownRun, evidence: readonly number[]): Session {
  const session = violatedSession();
  const [skip, claim, ...others] = session.results.scenarios;
  const shown: ViolationResult = { ...violation(run, "order-38"), evidence };
  const scenarios = [skip!, { ...claim!, violations: [shown] }, ...others];
  return { ...session, results: { ...session.results, scenarios }, runs: new Map([[runFolder, run]]) };
}

function results(scenarios: ScenarioResult[], outcome: Results["outcome"], why: string): Results {
  return {
    formatVersion: 1,
    outcome,
    why,
    exitCode: outcome === "as expected" ? 0 : 2,
    seed: 42,
    startedAt: "2026-11-22T09:30:00.000Z",
    seconds: 48.21,
    interrupted: false,
    budget: "quick",
    command: "deno task chaos --seed 42",
    stack: { name: "native", why: "postgres 15.8 and toxiproxy 2.12.0 were found on this machine" },
    versions: { nevertwice: "0.1.0", deno: "2.9.6", postgres: "15.8", toxiproxy: "2.12.0", "npm:postgres": "3.4.9" },
    commit: "3f1c2ab",
    machine: { os: "linux", arch: "x86_64", cpus: 2, memoryMiB: 7944 },
    scenarios,
    remarks: ["3 messages that the wire does not know passed unharmed"],
  };
}
