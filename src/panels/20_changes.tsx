/**
 * What changed since the session before this one: new failures, fixed ones, those that still fail, and what was known then
 * and is unknown now. A scenario that only one of the two sessions ran is named as such and not counted as a change.
 */

import type { Panel } from "../core/panel.ts";
import type { Results, ScenarioResult } from "../core/results.ts";
import { anchorOf, Badge } from "./words.tsx";

/** One scenario whose standing differs, or stayed bad. */
export interface Change {
  readonly path: string;
  readonly what: "new" | "fixed" | "still failing" | "newly unknown";
  readonly why: string;
}

/** Compares two sessions by the paths of their scenarios; the worst comes first. */
export function changesOf(before: Results, now: Results): Change[] {
  const known = new Map(before.scenarios.map((scenario) => [scenario.path, scenario]));
  const changes = now.scenarios.flatMap((scenario): Change[] => {
    const what = changeOf(known.get(scenario.path), scenario);
    return what ? [{ path: scenario.path, what, why: scenario.why }] : [];
  });
  const order: readonly Change["what"][] = ["new", "newly unknown", "still failing", "fixed"];
  return changes.sort((a, b) => order.indexOf(a.what) - order.indexOf(b.what));
}

function changeOf(before: ScenarioResult | undefined, now: ScenarioResult): Change["what"] | undefined {
  if (now.asExpected) return before && !before.asExpected ? "fixed" : undefined;
  const silent = (scenario: ScenarioResult) => scenario.verdict === "unknown" || scenario.verdict === "skipped";
  if (silent(now)) return before && !before.asExpected && silent(before) ? "still failing" : "newly unknown";
  return before && !before.asExpected && !silent(before) ? "still failing" : "new";
}

const panel: Panel = {
  title: "Since the last session",
  render({ results, previous }) {
    if (!previous) return null;
    const changes = changesOf(previous, results);
    const now = new Set(results.scenarios.map((scenario) => scenario.path));
    const then = new Set(previous.scenarios.map((scenario) => scenario.path));
    const gone = [...then].filter((path) => !now.has(path));
    const added = [...now].filter((path) => !then.has(path));
    return (
      <>
        <p class="quiet">
          Compared with the session of <time dateTime={previous.startedAt}>{previous.startedAt}</time>, seed{" "}
          {previous.seed}.
        </p>
        {changes.length === 0 ? <p>Nothing changed, and nothing fails.</p> : (
          <ul class="named">
            {changes.map((change) => (
              <li>
                <Badge word={change.what} /> <a href={`#${anchorOf(change.path)}`}>{change.path}</a>{" "}
                <span class="quiet">{change.why}</span>
              </li>
            ))}
          </ul>
        )}
        {added.length > 0 && <p class="quiet">Run now and not then: {added.join(", ")}.</p>}
        {gone.length > 0 && <p class="quiet">Run then and not now: {gone.join(", ")}.</p>}
      </>
    );
  },
};
export default panel;
