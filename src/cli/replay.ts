/**
 * `replay`: executes the plan of a stored run again, several times, and gives the rate at which it strikes.
 */

import { type AnyFault, strikesPostgresItself } from "../core/fault.ts";
import type { Plan } from "../core/plan.ts";
import type { NamedScenario } from "../core/scenario.ts";
import { propertiesOf } from "../core/scenario.ts";
import type { Subject } from "../core/subject.ts";
import { judge, type Judgement } from "../engine/check.ts";
import { execute } from "../engine/execute.ts";
import { goodOne } from "../engine/session.ts";
import { readPlan, UnusableInput } from "../engine/store.ts";
import { storyOf } from "../engine/story.ts";
import { plain } from "../engine/summary.ts";
import { listedFaults } from "../engine/tally.ts";
import { interruptedCode, onInterrupt } from "./interrupt.ts";
import type { StackChoice } from "../platform/stack.ts";
import { type OpenWorld, openWorld } from "./world.ts";

/** What the command line asks for. */
export interface ReplayOptions {
  readonly run: string;
  readonly times: number;
  readonly stack: StackChoice;
  readonly host: "process" | "inside";
  readonly scenarios: readonly NamedScenario[];
}

/** What is executed. */
interface Replayed {
  readonly named: NamedScenario;
  readonly plan: Plan;
  readonly subject: Subject;
  readonly faults: ReadonlyMap<string, AnyFault>;
}

/** Replays a run. Gives 1 if anything was violated, 2 if nothing could be said, 3 if the harness broke, else 0. */
export async function replay(options: ReplayOptions): Promise<number> {
  const replayed = await read(options);
  using interruption = onInterrupt(console.log);
  const { signal } = interruption;
  try {
    await using world = await openWorld({
      stack: options.stack,
      host: options.host,
      lanes: 1,
      ownLanes: 1,
      instances: replayed.plan.instances,
      signal,
      services: replayed.subject.needs,
      hosts: [replayed.subject.host],
      say: console.log,
    });
    const rate = new Rate(replayed.named);
    const { promise: interrupted, resolve } = Promise.withResolvers<undefined>();
    signal.addEventListener("abort", () => resolve(undefined));
    while (rate.done < options.times && !signal.aborted && !rate.broken) {
      const judgement = await Promise.race([once(replayed, world), world.died, interrupted]);
      if (judgement !== undefined) rate.add(typeof judgement === "string" ? { broken: judgement } : judgement);
    }
    return rate.tell(signal.aborted);
  } catch (cause) {
    if (signal.aborted) return interruptedCode; // it was still starting: there is nothing to tell
    throw cause;
  }
}

/** Reads the plan, and finds what it was made for. Throws {@link UnusableInput}. */
async function read({ run, scenarios }: ReplayOptions): Promise<Replayed> {
  const plan = await readPlan(run);
  const named = scenarios.find(({ path }) => path === plan.scenario);
  if (!named) {
    throw new UnusableInput(
      `Cannot replay "${run}": there is no scenario "${plan.scenario}" here (--scenarios names a folder of your own)`,
    );
  }
  const faults = new Map(listedFaults(named).map((fault) => [fault.name, fault]));
  const unlisted = plan.faults.find(({ fault }) => !faults.has(fault));
  if (unlisted) {
    throw new UnusableInput(
      `Cannot replay "${run}": the scenario "${plan.scenario}" does not list the fault "${unlisted.fault}" any more`,
    );
  }
  const { scenario } = named;
  const good = scenario.kind === "control" && plan.identity.endsWith(", the good one");
  return { named, plan, faults, subject: good ? goodOne(scenario) : scenario.subject };
}

async function once({ named, plan, subject, faults }: Replayed, world: OpenWorld): Promise<Judgement> {
  const own = plan.faults.some(({ fault }) => strikesPostgresItself(faults.get(fault)!));
  const lane = await world.lanes.take(own ? "own" : "shared", 0);
  const { newPrefix, versions, listen } = world;
  const history = await execute({ plan, subject, faults, lane, prefix: newPrefix(), versions, listen });
  const judgement = judge(plan, history, propertiesOf(named.scenario));
  await world.lanes.giveBack(lane, judgement.broken !== undefined || !judgement.view.quiet);
  return judgement;
}

/** How often what was violated. */
class Rate {
  done = 0;
  broken: string | undefined;
  #voids = 0;
  readonly #struck = new Map<string, number>();
  readonly #named: NamedScenario;

  constructor(named: NamedScenario) {
    this.#named = named;
  }

  /** Counts one replay, and tells the story of each property's first violation. */
  add(judgement: Judgement | { readonly broken: string }): void {
    this.broken ??= judgement.broken;
    if (judgement.broken !== undefined || !("view" in judgement)) return;
    this.done++;
    if (judgement.void) this.#voids++;
    for (const { name } of propertiesOf(this.#named.scenario)) {
      const verdict = judgement.verdicts[name]!;
      if (verdict.verdict !== "violated") continue;
      const struck = this.#struck.get(name) ?? 0;
      this.#struck.set(name, struck + 1);
      const story = storyOf(judgement.view, verdict).map((line) => `\n  ${plain(line)}`).join("");
      if (struck === 0) console.log(`${name}: ${plain(verdict.because)}${story}`);
    }
  }

  /** Prints the rates, and gives the exit code. */
  tell(interrupted: boolean): number {
    const replays = `${this.done} ${this.done === 1 ? "replay" : "replays"}`;
    for (const [name, count] of this.#struck) console.log(`${name} was violated in ${count} of ${replays}`);
    if (this.#struck.size === 0 && this.done > 0) console.log(`Nothing was violated in ${replays}`);
    if (this.#voids > 0) console.log(`${this.#voids} of ${replays} were void: not all that was planned happened`);
    if (this.broken) console.error(`The harness itself broke: ${this.broken}`);
    if (this.broken) return 3;
    if (interrupted) return interruptedCode;
    if (this.#struck.size > 0) return 1;
    return this.#voids === this.done ? 2 : 0;
  }
}
