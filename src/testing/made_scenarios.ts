/**
 * Made results of scenarios: one of every kind, as a session of the dedupe would give them. A sibling would be one more
 * function that gives a `ScenarioResult`.
 */

import type { ShownRun } from "../core/panel.ts";
import type { PlaceResult, ScenarioResult, ViolationResult } from "../core/results.ts";
import { doubledEvidence } from "./made_run.ts";

/** Where the run of the made violations is stored. */
export const runFolder = "runs/dedupe/commit_error/1";

function scenario(of: Partial<ScenarioResult> & Pick<ScenarioResult, "path" | "title" | "kind">): ScenarioResult {
  return {
    subject: "dedupe",
    expect: of.kind === "claim" ? "holds" : "violated",
    verdict: of.kind === "claim" ? "holds" : "violated",
    asExpected: true,
    why: of.kind === "claim" ? "All properties hold" : `${of.names} is violated, and the good one holds it`,
    strategy: "cuts",
    plans: 82,
    void: 0,
    seconds: 1.904,
    properties: [],
    violations: [],
    ...of,
  };
}

/** A claim that held at every place of two conversations, but for one that was not hit. */
export function claimUnderCuts(): ScenarioResult {
  return scenario({
    path: "dedupe/transactional_holds_under_cuts",
    title: "No single lost message makes the transactional mode process an event twice or lose it",
    story:
      "Claim and effect commit together. Whatever message is lost, the sender comes again and finds one or the other.",
    kind: "claim",
    properties: [
      { name: "at_most_once", claim: "No event has more than one effect", verdict: "holds", examined: 164 },
      { name: "none_lost", claim: "Nothing acknowledged is lost", verdict: "holds", examined: 164 },
    ],
    places: places(),
    proves: ["once_under_cuts"],
  });
}

/** A claim that held under sampled faults, one of which never struck. */
export function claimUnderFaults(): ScenarioResult {
  return scenario({
    path: "dedupe/transactional_holds_under_faults",
    title: "A burst of one id at all instances has one effect while the road misbehaves",
    kind: "claim",
    strategy: "sample",
    plans: 43,
    void: 3,
    voidReasons: { "black_hole was planned and not confirmed": 2, "a heal could not be confirmed": 1 },
    seconds: 9.4,
    properties: [{ name: "at_most_once", claim: "No event has more than one effect", verdict: "holds", examined: 120 }],
    faults: [
      { name: "latency", story: "Replies come late", planned: 22, confirmed: 22, overlapping: 20 },
      { name: "black_hole", story: "Bytes vanish", planned: 9, confirmed: 7, overlapping: 2 },
      { name: "reset", story: "Connections are reset", planned: 4, confirmed: 0, overlapping: 0 },
    ],
    proves: ["once_under_faults"],
  });
}

/** A twin that was caught by the property that it names, with the run that shows it. */
export function control(run: ShownRun): ScenarioResult {
  return scenario({
    path: "dedupe/commit_error_retries_the_effect_is_caught",
    title: "A dedupe that retries the effect alone after an unknown commit processes twice",
    kind: "control",
    flaw: "After an error of COMMIT it makes the effect again, without its claim",
    names: "at_most_once",
    caughtBy: ["at_most_once"],
    caughtAfterSeconds: 0.412,
    properties: [
      {
        name: "at_most_once",
        claim: "No event has more than one effect",
        verdict: "violated",
        examined: 12,
        why: "twice",
      },
      { name: "none_lost", claim: "Nothing acknowledged is lost", verdict: "holds", examined: 12 },
    ],
    places: places("at_most_once"),
    violations: [violation(run, "e1")],
    lacks: ["once_under_cuts"],
  });
}

/** A twin that was caught by two properties. */
export function disguisedFailure(): ScenarioResult {
  return scenario({
    path: "dedupe/failure_called_duplicate_is_caught",
    title: "A dedupe that calls an error a duplicate loses the event",
    kind: "control",
    flaw: "It answers 200 'duplicate' when the store fails",
    names: "none_lost",
    caughtBy: ["none_lost", "handler_waits_for_a_verdict"],
    caughtAfterSeconds: 0.95,
    properties: [
      {
        name: "none_lost",
        claim: "Nothing acknowledged is lost",
        verdict: "violated",
        examined: 40,
        why: "e1 is lost",
      },
      {
        name: "handler_waits_for_a_verdict",
        claim: "No handler begins before its claim was answered",
        verdict: "violated",
        examined: 40,
      },
      {
        name: "at_most_once",
        claim: "No event has more than one effect",
        verdict: "unknown",
        examined: 0,
        why: "no effect",
      },
    ],
    lacks: ["error_is_no_duplicate"],
  });
}

/** A known limit that was shown. */
export function limit(): ScenarioResult {
  return scenario({
    path: "dedupe/limits/fenced_sink_sees_repeats",
    title: "A sink that only fences may see one event twice",
    kind: "limit",
    flaw: "A foreign effect is exactly once only if its receiver deduplicates by the key",
    names: "at_most_once",
    caughtBy: ["at_most_once"],
    properties: [{
      name: "at_most_once",
      claim: "No event has more than one effect",
      verdict: "violated",
      examined: 8,
    }],
  });
}

/** A claim that the stack could not disturb. */
export function skipped(): ScenarioResult {
  return scenario({
    path: "dedupe/holds_when_the_server_is_killed",
    title: "A server that is killed and restarted neither doubles nor loses an event",
    kind: "claim",
    verdict: "skipped",
    asExpected: false,
    why: "This stack's server is not ours to kill",
    plans: 0,
    seconds: 0,
  });
}

/** A violation of `at_most_once` in this run. */
export function violation(run: ShownRun, key: string): ViolationResult {
  return {
    property: "at_most_once",
    because: `event ${key} was processed twice, by d1.1 and d1.2`,
    run: runFolder,
    identity: run.plan.identity,
    story: [
      `delivery d1 of ${key} was sent to instance 0 (d1.1)`,
      "the connection of instance 0 was cut before the reply to `insert into claims ...` (postgres#0 down ReadyForQuery[2])",
      "d1.1 was answered info: write CONNECTION_CLOSED",
      `100 ms later, d1 was sent again, to instance 1 (d1.2)`,
      "d1.2, at instance 1, was answered ok: first",
      `when all was quiet, ${key} had 2 effects: by d1.1 and d1.2`,
    ],
    evidence: doubledEvidence(run),
    noFaultNeeded: false,
    replays: { struck: 9, of: 10 },
  };
}

const messages = [
  "up Parse[0]",
  "up Bind[0]",
  "up Execute[0]",
  "down ParseComplete[0]",
  "down CommandComplete[0]",
  "down ReadyForQuery[0]",
];

function places(violated?: string): PlaceResult[] {
  return ["new", "open"].flatMap((conversation) =>
    messages.flatMap((message, row) =>
      ["cut before", "cut inside", "cut after", "stall", "barrier"].map((disturbance, column): PlaceResult => {
        const committed = row > 2 || (row === 2 && column === 2);
        const came = column >= 3 ? "acknowledged" : committed ? "unknown, then duplicate" : "unknown, then first";
        return {
          identity: `${conversation} ${disturbance} ${message}`,
          conversation,
          message,
          ...(row === 0 ? { text: 'insert into "claims" (id) values (?) on conflict do nothing' } : {}),
          disturbance,
          hit: !(row === 3 && column === 4),
          came: row === 3 && column === 4 ? "not hit" : came,
          violated: violated && committed && column < 3 ? [violated] : [],
        };
      })
    )
  );
}
