/**
 * First of all: what came out and why, how many scenarios of each kind did as expected, and what was skipped.
 */

import type { VNode } from "preact";
import type { Panel } from "../core/panel.ts";
import type { Results, ScenarioResult } from "../core/results.ts";
import { anchorOf, Badge, count, duration, markOf, toneOf } from "./words.tsx";

const headlines: Readonly<Record<Results["outcome"], string>> = {
  "as expected": "Everything came out as expected",
  violated: "Something is violated",
  unknown: "Not everything could be judged",
};

const panel: Panel = {
  title: "Verdict",
  render({ results }) {
    const broken = results.exitCode === 3;
    const skipped = results.scenarios.filter((scenario) => scenario.verdict === "skipped");
    const others = results.scenarios.filter((scenario) => scenario.verdict !== "skipped" && !scenario.asExpected);
    return (
      <div class={`verdict ${toneOf(results.outcome)}`}>
        <p class="headline">
          <span class="sign" aria-hidden="true">{markOf(results.outcome)}</span>
          <span>
            {broken ? "The harness itself broke" : headlines[results.outcome]}
          </span>
        </p>
        <p class="why">{results.why}</p>
        {broken && (
          <p class="why">Whatever is below was found until then; that it broke says nothing about the subjects.</p>
        )}
        {results.interrupted && (
          <p class="why">
            <strong>Interrupted:</strong> this is what was done until then.
          </p>
        )}
        <Named title="Skipped" scenarios={skipped} />
        <Named title="Not as expected" scenarios={others} />
        <Counts results={results} />
      </div>
    );
  },
};
export default panel;

function Named({ title, scenarios }: { title: string; scenarios: readonly ScenarioResult[] }): VNode | null {
  if (scenarios.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="named">
        {scenarios.map((scenario) => (
          <li>
            <Badge word={scenario.kind === "control" && scenario.verdict === "holds" ? "escaped" : scenario.verdict} />
            {" "}
            <a href={`#${anchorOf(scenario.path)}`}>{scenario.path}</a> <span class="quiet">{scenario.why}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Counts({ results }: { results: Results }): VNode {
  const kinds = [["claim", "claims hold"], ["control", "controls came out as they have to"], [
    "limit",
    "known limits were shown",
  ]] as const;
  const plans = results.scenarios.reduce((sum, scenario) => sum + scenario.plans, 0);
  const examined = results.scenarios.flatMap((scenario) => scenario.properties)
    .reduce((sum, property) => sum + property.examined, 0);
  return (
    <ul class="counts">
      {kinds.map(([kind, what]) => {
        const all = results.scenarios.filter((scenario) => scenario.kind === kind);
        const good = all.filter((scenario) => scenario.asExpected && scenario.verdict !== "skipped").length;
        return all.length > 0 && (
          <li class={good < all.length ? "short" : ""}>
            <b>{good} of {all.length}</b> {what}
          </li>
        );
      })}
      <li>
        <b>{plans.toLocaleString("en-US")}</b> runs
      </li>
      <li>
        <b>{examined.toLocaleString("en-US")}</b> things examined
      </li>
      <li>
        <b>{duration(results.seconds)}</b> on {count(results.machine.cpus, "core")}
      </li>
    </ul>
  );
}
