/**
 * Concludes: what a scenario's runs say together, and what the scenarios say of the session. Pure.
 */

import { confirmationsMin } from "../core/scenario.ts";
import { expectationOf } from "../core/scenario.ts";
import type { Results, ScenarioResult } from "../core/results.ts";
import type { Tally } from "./tally.ts";

/** Whether the good twin held under the very plan that violated: asked of controls only. */
export type GoodTwin = "held" | "violated too" | "unknown" | undefined;

/** A scenario's verdict and why. */
export function concludeScenario(tally: Tally, good: GoodTwin): Pick<ScenarioResult, "verdict" | "why" | "asExpected"> {
  const { scenario } = tally.named;
  const expect = expectationOf(scenario);
  const said = scenario.kind === "claim" ? ofClaim(tally) : ofNamed(tally, scenario.names.name, good);
  return { ...said, asExpected: said.verdict === expect };
}

type Said = Pick<ScenarioResult, "verdict" | "why">;

function ofClaim(tally: Tally): Said {
  const properties = tally.properties();
  const violated = properties.filter((p) => p.verdict === "violated");
  if (violated.length > 0) return { verdict: "violated", why: violated.map((p) => `${p.name}: ${p.why}`).join("; ") };
  const gap = whatIsMissing(tally);
  if (gap) return { verdict: "unknown", why: gap };
  const unseen = properties.find((p) => p.verdict === "unknown");
  if (unseen) return { verdict: "unknown", why: `${unseen.name}: ${unseen.why}` };
  return { verdict: "holds", why: `held in ${tally.valid} valid runs` };
}

function ofNamed(tally: Tally, name: string, good: GoodTwin): Said {
  const property = tally.properties().find((p) => p.name === name)!;
  if (property.verdict === "violated") {
    if (good === "violated too") {
      return {
        verdict: "unknown",
        why: `the good one violates ${name} under the same plan: the times caught it, not the property`,
      };
    }
    if (good === "unknown") return { verdict: "unknown", why: `the good one could not be judged under the same plan` };
    return { verdict: "violated", why: property.why ?? "" };
  }
  const gap = whatIsMissing(tally);
  if (gap) return { verdict: "unknown", why: gap };
  if (property.verdict === "unknown") return { verdict: "unknown", why: property.why ?? "nothing was examined" };
  return { verdict: "holds", why: `${name} was not violated in ${tally.valid} valid runs` };
}

/** Why fewer valid runs remain than the scenario's minimum; undefined if enough do. */
function whatIsMissing(tally: Tally): string | undefined {
  const { scenario } = tally.named;
  if (tally.interruptedBy) return tally.interruptedBy;
  if (tally.valid === 0) {
    return `no valid run in ${tally.plans}: ${[...tally.voidReasons.keys()][0] ?? "none was made"}`;
  }
  if (scenario.plans.strategy === "cuts") {
    const places = tally.places();
    const missed = places.filter((place) => !place.hit);
    if (places.length === 0) return "no place was planned";
    if (missed.length > 0) {
      return `${missed.length} of ${places.length} planned places were not hit, such as ${missed[0]!.identity}`;
    }
    return undefined;
  }
  const few = tally.faults().find((fault) => fault.overlapping < confirmationsMin);
  if (few) {
    return `${few.name} was confirmed, overlapping an operation, in ${few.overlapping} of at least ${confirmationsMin} valid runs`;
  }
  return undefined;
}

/** The session's outcome, its reason and its exit code. Precedence: 3, 1, 2, 0; an interruption is 130. */
export function concludeSession(
  scenarios: readonly ScenarioResult[],
  options: { broken: string | undefined; interrupted: boolean },
): Pick<Results, "outcome" | "why" | "exitCode"> {
  if (options.broken) return { outcome: "unknown", exitCode: 3, why: `The harness itself broke: ${options.broken}` };
  const bad = scenarios.filter((s) => !s.asExpected && s.verdict !== "skipped");
  const violated = bad.filter((s) =>
    (s.kind === "claim" && s.verdict === "violated") || (s.kind === "control" && s.verdict === "holds")
  );
  if (violated.length > 0) {
    const [first] = violated;
    const what = first!.kind === "claim" ? `${first!.path} is violated` : `the control ${first!.path} escaped`;
    return { outcome: "violated", exitCode: options.interrupted ? 130 : 1, why: sentence(what, violated.length - 1) };
  }
  if (options.interrupted) {
    return { outcome: "unknown", exitCode: 130, why: "Interrupted: what had not been reached is unknown" };
  }
  const skipped = scenarios.filter((s) => s.verdict === "skipped");
  const unknown = [...bad, ...skipped];
  if (unknown.length > 0) {
    return {
      outcome: "unknown",
      exitCode: 2,
      why: sentence(`${unknown[0]!.path} is ${unknown[0]!.verdict}: ${unknown[0]!.why}`, unknown.length - 1),
    };
  }
  if (scenarios.length === 0) return { outcome: "unknown", exitCode: 2, why: "No scenario was run" };
  const count = (kind: ScenarioResult["kind"], expect: ScenarioResult["expect"]) =>
    scenarios.filter((s) => s.kind === kind && s.expect === expect).length;
  const said = [
    ...all(count("claim", "holds"), "claim holds", "claims hold"),
    ...all(count("control", "violated"), "flawed twin was caught", "flawed twins were caught"),
    // Such as that of a fault that strikes nobody: nothing may be said to hold under it.
    ...all(count("control", "unknown"), "control that has to be unknown is", "controls that have to be unknown are"),
  ];
  const why = said.length > 0 ? listed(said) : "what was to be shown was shown";
  return { outcome: "as expected", exitCode: 0, why: capitalized(why) };
}

/** `all 3 claims hold`; nothing for none. */
/** "one", "one, and two", "one, two, and three". */
function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}`;
}

function all(count: number, one: string, many: string): readonly string[] {
  if (count === 0) return [];
  return [count === 1 ? `the one ${one}` : `all ${count} ${many}`];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(what: string, more: number): string {
  return more > 0 ? `${what}; and ${more} more` : what;
}
