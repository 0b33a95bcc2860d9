/**
 * `judge`: checks stored histories again, without any service; an old run can be judged by a property written later.
 */

import type { NamedScenario } from "../core/scenario.ts";
import { expectationOf, propertiesOf } from "../core/scenario.ts";
import { judge } from "../engine/check.ts";
import { oneLine, readRun, runFolders, UnusableInput } from "../engine/store.ts";
import { plain } from "../engine/summary.ts";
import { Tally } from "../engine/tally.ts";

/** Judges every run below a folder. Gives 1 if a claim is violated or a control no longer is, 2 if nothing could be said, else 0. */
export async function judgeAgain(options: { folder: string; scenarios: readonly NamedScenario[] }): Promise<number> {
  const folders = await runFolders(options.folder);
  if (folders.length === 0) {
    throw new UnusableInput(`Cannot judge "${options.folder}": it holds no run (a plan.json beside a history.jsonl)`);
  }
  const tallies = new Map<string, Tally>();
  for (const folder of folders) {
    const { plan, history } = await readRun(folder);
    const named = options.scenarios.find(({ path }) => path === plan.scenario);
    if (!named) {
      throw new UnusableInput(
        `Cannot judge "${folder}": there is no scenario "${plan.scenario}" here (--scenarios names a folder of your own)`,
      );
    }
    if (plan.identity.endsWith(", the good one")) continue; // it was judged with another subject, as a control of the control
    const tally = tallies.get(plan.scenario) ?? new Tally(named);
    tallies.set(plan.scenario, tally);
    try {
      const judgement = judge(plan, history, propertiesOf(named.scenario));
      const { verdicts, broken, view } = judgement;
      tally.add({ plan, history, verdicts, void: judgement.void, stored: folder, seconds: 0 }, view, broken);
    } catch (cause) {
      // Each line is an entry, and yet they are no history: lines are missing, or were changed.
      throw new UnusableInput(`Cannot judge "${folder}": its history is damaged (${oneLine(cause)})`, { cause });
    }
  }
  const codes = [...tallies.values()].map(say);
  console.log(`${folders.length} runs of ${tallies.size} scenarios judged again`);
  return codes.includes(1) ? 1 : codes.includes(2) ? 2 : 0;
}

function say(tally: Tally): number {
  const { path, scenario } = tally.named;
  const decisive = scenario.kind === "claim"
    ? tally.properties()
    : tally.properties().filter((p) => p.name === scenario.names.name);
  for (const { name, verdict, examined, why } of tally.properties()) {
    console.log(
      `${path}  ${name} ${verdict} (${examined} examined in ${tally.plans} runs, ${tally.voids} void)${
        why ? `: ${plain(why)}` : ""
      }`,
    );
  }
  if (decisive.every(({ verdict }) => verdict === expectationOf(scenario))) return 0;
  return decisive.some(({ verdict }) => verdict === "unknown") ? 2 : 1;
}
