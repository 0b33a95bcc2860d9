/**
 * The result of a scenario as `results.json` has it, made of its tally and its conclusion.
 */

import { expectationOf, propertiesOf } from "../core/scenario.ts";
import type { NamedScenario } from "../core/scenario.ts";
import type { ScenarioResult, ViolationResult } from "../core/results.ts";
import { disturbs } from "../core/plan.ts";
import { storyOf } from "./story.ts";
import type { Tally } from "./tally.ts";

type Rates = ReadonlyMap<string, { struck: number; of: number }>;

/** The result of a scenario that ran. */
export function resultOf(
  tally: Tally,
  concluded: Pick<ScenarioResult, "verdict" | "why" | "asExpected">,
  rates: Rates,
): ScenarioResult {
  const { named } = tally;
  const places = tally.places();
  const faults = tally.faults();
  const caughtBy = tally.properties().filter((p) => p.verdict === "violated").map((p) => p.name);
  return {
    ...fixedParts(named),
    ...concluded,
    plans: tally.plans,
    void: tally.voids,
    ...(tally.voids > 0 ? { voidReasons: Object.fromEntries(tally.voidReasons) } : {}),
    seconds: round(tally.seconds),
    ...(tally.caughtAfterSeconds === undefined ? {} : { caughtAfterSeconds: round(tally.caughtAfterSeconds) }),
    properties: tally.properties(),
    ...(named.scenario.kind === "claim" ? {} : { caughtBy }),
    ...(places.length > 0 ? { places } : {}),
    ...(faults.length > 0 ? { faults } : {}),
    violations: violationsOf(tally, rates),
  };
}

/** The result of a scenario that did not run. */
export function skippedResult(named: NamedScenario, verdict: "skipped" | "unknown", why: string): ScenarioResult {
  const properties = propertiesOf(named.scenario).map(({ name, claim }) => ({
    name,
    claim,
    verdict: "unknown" as const,
    examined: 0,
    why,
  }));
  return {
    ...fixedParts(named),
    verdict,
    why,
    asExpected: false,
    plans: 0,
    void: 0,
    seconds: 0,
    properties,
    violations: [],
  };
}

function fixedParts({ path, scenario }: NamedScenario) {
  return {
    path,
    title: scenario.title,
    ...(scenario.story ? { story: scenario.story } : {}),
    kind: scenario.kind,
    subject: scenario.subject.name,
    expect: expectationOf(scenario),
    strategy: scenario.plans.strategy,
    ...(scenario.kind === "claim" ? {} : { names: scenario.names.name }),
    ...(scenario.kind === "control" ? { flaw: scenario.flaw } : {}),
    ...(scenario.kind === "limit" ? { flaw: scenario.because } : {}),
    ...(scenario.kind === "claim" && scenario.proves ? { proves: scenario.proves } : {}),
    ...(scenario.kind === "control" && scenario.lacks ? { lacks: scenario.lacks } : {}),
  };
}

function violationsOf(tally: Tally, rates: Rates): readonly ViolationResult[] {
  return tally.properties().filter((p) => p.verdict === "violated").map(({ name }) => {
    const { verdict, judged, view } = tally.smallestViolation(name)!;
    const replays = rates.get(name);
    return {
      property: name,
      because: verdict.because,
      run: (judged.stored ?? "").replaceAll("\\", "/"),
      identity: judged.plan.identity,
      story: storyOf(view, verdict),
      evidence: verdict.evidence,
      noFaultNeeded: !disturbs(judged.plan),
      ...(replays ? { replays } : {}),
    };
  });
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
