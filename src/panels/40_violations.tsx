/**
 * Each violation as a story that can be read, a timeline that can be looked at, and a command that does it again. Those
 * that nobody expected come first and open; those of controls and limits are folded.
 */

import type { VNode } from "preact";
import type { Panel, Session, ShownRun } from "../core/panel.ts";
import type { ScenarioResult, ViolationResult } from "../core/results.ts";
import { shellWord } from "../core/shell_word.ts";
import { Timeline } from "./timeline/figure.tsx";
import { timelineScript } from "./timeline/script.ts";
import replayScript from "./replay_command.js" with { type: "text" };
import timelineStyle from "./timeline/timeline.css" with { type: "text" };
import { anchorOf, Badge, count } from "./words.tsx";

/** Violations of one scenario that are shown; the rest is counted, and stands in results.json. */
const shownMax = 6;
/** Entries of histories that are handed to the script, over all runs; the first run is always among them. */
const entriesMax = 400_000;

const panel: Panel & { readonly script: string; readonly style: string } = {
  title: "Violations",
  script: `${timelineScript}\n${replayScript}`,
  style: timelineStyle,
  render(session) {
    const violated = session.results.scenarios.filter((scenario) => scenario.violations.length > 0);
    if (violated.length === 0) return null;
    const accused = violated.filter((scenario) => !expected(scenario));
    const shown = violated.filter(expected);
    const drawn = drawnWhole([...accused, ...shown], session);
    return (
      <>
        {accused.length === 0 && <p>No violation was found that was not expected.</p>}
        {accused.map((scenario) => (
          <article data-scenario={`${scenario.path} ${scenario.title}`}>
            <h3>{scenario.title}</h3>
            <p class="quiet">
              <a href={`#${anchorOf(scenario.path)}`}>
                <code>{scenario.path}</code>
              </a>
            </p>
            <Violations scenario={scenario} session={session} drawn={drawn} />
          </article>
        ))}
        {shown.length > 0 && <h3>Expected: controls that were caught, and known limits</h3>}
        {shown.map((scenario) => (
          <details class="fold" data-scenario={`${scenario.path} ${scenario.title}`}>
            <summary>
              <Badge word={scenario.kind === "limit" ? "shown" : "caught"} /> {scenario.flaw ?? scenario.title}{" "}
              <code>{scenario.path}</code>
            </summary>
            <Violations scenario={scenario} session={session} drawn={drawn} />
          </details>
        ))}
      </>
    );
  },
};
export default panel;

function expected(scenario: ScenarioResult): boolean {
  return scenario.kind !== "claim" && scenario.asExpected;
}

/**
 * Large runs that are handed to the script as a whole, the unexpected ones first: only so many operations fit into a report
 * that stays small. Of all others the part around the evidence is drawn.
 */
function drawnWhole(scenarios: readonly ScenarioResult[], session: Session): ReadonlySet<ViolationResult> {
  const drawn = new Set<ViolationResult>();
  const runs = new Set<string>();
  let entries = 0;
  for (const violation of scenarios.flatMap((scenario) => scenario.violations.slice(0, shownMax))) {
    const more = session.runs.get(violation.run)?.history.length ?? 0;
    if (runs.has(violation.run) || (entries > 0 && entries + more > entriesMax)) continue;
    entries += more;
    runs.add(violation.run);
    drawn.add(violation);
  }
  return drawn;
}

interface ViolationsProps {
  readonly scenario: ScenarioResult;
  readonly session: Session;
  readonly drawn: ReadonlySet<ViolationResult>;
}

function Violations({ scenario, session, drawn }: ViolationsProps): VNode {
  const more = scenario.violations.length - shownMax;
  return (
    <>
      {scenario.violations.slice(0, shownMax).map((violation) => (
        <Violation
          violation={violation}
          run={session.runs.get(violation.run)}
          whole={drawn.has(violation)}
          folder={session.results.scenariosFolder}
        />
      ))}
      {more > 0 && <p class="quiet">{count(more, "more violation")} of this scenario: see results.json.</p>}
    </>
  );
}

interface ViolationProps {
  readonly violation: ViolationResult;
  readonly run: ShownRun | undefined;
  readonly whole: boolean;
  /** Of the scenarios, if it has to be named. */
  readonly folder: string | undefined;
}

function Violation({ violation, run, whole, folder }: ViolationProps): VNode {
  const { replays } = violation;
  return (
    <section class="violation">
      <h4>
        <Badge word="violated" text={violation.property} /> {violation.because}
      </h4>
      {violation.noFaultNeeded && (
        <p>
          <Badge word="new" text="no fault was needed" />: the sender alone was enough.
        </p>
      )}
      <ol class="story">{violation.story.map((line) => <li>{line}</li>)}</ol>
      {run
        ? <Timeline run={run} evidence={violation.evidence} whole={whole} />
        : <p class="quiet">The run is not among those that this report draws.</p>}
      <dl class="facts">
        <dt>Reproduction</dt>
        <dd>
          {replays ? `struck ${replays.struck} of ${count(replays.of, "replay")}` : "was not measured"}{" "}
          <span class="quiet">(the plan fixes what is sent and disturbed, not how the machine interleaves it)</span>
        </dd>
        <dt>Plan</dt>
        <dd>{violation.identity}</dd>
        {violation.run !== "" && (
          <>
            <dt>Run</dt>
            <dd>
              <a href={hrefOf(violation.run)}>
                <code>{violation.run}</code>
              </a>
            </dd>
            <dt>Do it again</dt>
            <dd>
              <code class="command">
                deno task chaos{folder === undefined ? "" : ` --scenarios ${shellWord(folder)}`} replay{" "}
                <span data-run={violation.run}>"FOLDER OF THIS REPORT/{violation.run}"</span>
              </code>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** A link to the run's folder; `./` in front, so that no name can be taken for a scheme. */
function hrefOf(run: string): string {
  return `./${run.split("/").map(encodeURIComponent).join("/")}/`;
}
