/**
 * `replay`: executes the plan of a stored run again, several times, and gives the rate at which it strikes.
 */

import type { NamedScenario } from "../core/scenario.ts";
import { propertiesOf } from "../core/scenario.ts";
import { judge } from "../engine/check.ts";
import { execute } from "../engine/execute.ts";
import { readPlan, UnusableInput } from "../engine/store.ts";
import { storyOf } from "../engine/story.ts";
import { listedFaults } from "../engine/tally.ts";
import { onInterrupt } from "./interrupt.ts";
import { openWorld } from "./world.ts";

/** What the command line asks for. */
export interface ReplayOptions {
  readonly run: string;
  readonly times: number;
  readonly host: "process" | "inside";
  readonly scenarios: readonly NamedScenario[];
}

/** Replays a run. Gives 1 if anything was violated, 2 if nothing could be said, 3 if the harness broke, else 0. */
export async function replay(options: ReplayOptions): Promise<number> {
  const plan = await readPlan(options.run);
  const named = options.scenarios.find(({ path }) => path === plan.scenario);
  if (!named) {
    throw new UnusableInput(`Cannot replay "${options.run}": there is no scenario "${plan.scenario}" any more`);
  }
  const faults = new Map(listedFaults(named).map((fault) => [fault.name, fault]));
  const own = plan.faults.some((planned) => faults.get(planned.fault)?.ownServer);
  using interruption = onInterrupt(console.log);
  await using world = await openWorld({
    host: options.host,
    lanes: 1,
    ownLanes: 1,
    instances: plan.instances,
    signal: interruption.signal,
    say: console.log,
  });
  const struck = new Map<string, number>();
  let [voids, done, broken] = [0, 0, false];
  const lane = await world.lanes.take(own ? "own" : "shared", 0);
  for (; done < options.times && !interruption.signal.aborted; done++) {
    const { scenario } = named;
    const history = await execute({
      plan,
      subject: scenario.subject,
      faults,
      lane,
      prefix: world.newPrefix(),
      versions: world.versions,
      listen: world.listen,
    });
    const judgement = judge(plan, history, propertiesOf(scenario));
    if (judgement.void) voids++;
    broken ||= judgement.broken !== undefined;
    for (const [name, verdict] of Object.entries(judgement.verdicts)) {
      if (verdict.verdict !== "violated") continue;
      if (!struck.has(name)) {
        console.log(
          `${name}: ${verdict.because}\n${storyOf(judgement.view, verdict).map((line) => `  ${line}`).join("\n")}`,
        );
      }
      struck.set(name, (struck.get(name) ?? 0) + 1);
    }
  }
  await world.lanes.giveBack(lane, false);
  const rates = [...struck].map(([name, count]) => `${name} was violated in ${count} of ${done} replays`);
  console.log(rates.length > 0 ? rates.join("\n") : `Nothing was violated in ${done} replays`);
  if (voids > 0) console.log(`${voids} of ${done} replays were void: not everything that was planned happened`);
  if (interruption.signal.aborted) return 130;
  return broken ? 3 : struck.size > 0 ? 1 : voids === done ? 2 : 0;
}
