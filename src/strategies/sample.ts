/**
 * `sample`: fast-check draws workloads and fault windows at random, for the combinations that nobody thought of. The first
 * plan that violates a claim is shrunk.
 *
 * fast-check's own runner is sequential; the runs here go side by side, so its arbitraries are used and its runner is not.
 */

import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { strikesPostgresItself } from "../core/fault.ts";
import type { Operation, Plan } from "../core/plan.ts";
import { propertiesOf } from "../core/scenario.ts";
import type { NamedScenario, Sampled } from "../core/scenario.ts";
import { derivedSeed } from "../core/seed.ts";
import type { Budget, Judged, Strategy } from "../core/strategy.ts";
import { Choice, runsMinByDefault } from "./choice.ts";
import { drawnPlan } from "./drawn_plan.ts";
import { shrink } from "./shrink.ts";
import { sideBySide } from "./side_by_side.ts";

/** A plan with what fast-check needs to shrink it. */
export interface Drawn {
  readonly plan: Plan;
  readonly value: fc.Value<Plan>;
  readonly arbitrary: fc.Arbitrary<Plan>;
}

/** The i-th plan of a scenario: depends on the seed, the scenario's path and i alone. */
export function draw(named: NamedScenario, seed: number, i: number): Drawn {
  const own = derivedSeed(seed, `${named.path} ${i}`);
  const arbitrary = drawnPlan(named, { seed: own, identity: `seed ${seed} #${i}`, pinned: i });
  const value = arbitrary.generate(new fc.Random(xoroshiro128plus(own)), undefined);
  return { plan: value.value, value, arbitrary };
}

/** Few: what is still under way when enough was seen is too much. What has to be caught is caught by a run alone. */
const seriesOfClaim = 3;

/** The strategy. */
export const sample: Strategy = {
  name: "sample",
  seriesMax: ({ kind }) => kind === "claim" ? seriesOfClaim : 1,
  async *search(named, budget, attempt, progress) {
    const { runsMin = runsMinByDefault } = named.scenario.plans as Sampled<Operation>;
    const choice = new Choice(named, budget, (i) => draw(named, budget.seed, i).plan.faults.map(({ fault }) => fault));
    const found: { drawn: Drawn; judged: Judged }[] = [];
    const inTime = () => budget.now() < budget.untilMs && !budget.signal.aborted;
    const going = () => inTime() && found.length === 0;
    const work = async (i: number) => {
      const drawn = draw(named, budget.seed, i);
      return { i, drawn, judged: await attempt(drawn.plan, { once: true }) };
    };
    for await (const { i, drawn, judged } of sideBySide(choice, { lanes: atOnce(named, budget), going, work })) {
      choice.done(i, judged);
      if (violates(named, judged)) found.push({ drawn, judged });
      yield judged;
    }
    if (found.length === 0 && !inTime() && !choice.isOver) {
      progress.interrupted(`the time was up after ${choice.valid} of at least ${runsMin} valid runs`);
    }
    if (found[0] && named.scenario.kind === "claim") {
      yield* shrink(found[0].drawn, found[0].judged, { named, budget, attempt, progress });
    }
  },
};

/** True if a property that decides this scenario is violated. */
export function violates(named: NamedScenario, judged: Judged): boolean {
  const { scenario } = named;
  const deciding = scenario.kind === "claim" ? propertiesOf(scenario) : [scenario.names];
  return deciding.some((property) => judged.verdicts[property.name]?.verdict === "violated");
}

/** How many runs of a scenario may be under way at once. */
function atOnce({ scenario }: NamedScenario, { lanes }: Budget): number {
  const { faults, runsMin = runsMinByDefault } = scenario.plans as Sampled<Operation>;
  // What has to be caught is caught by nearly every run, and there is one server to strike: more would be in each other's way.
  if (scenario.kind !== "claim" || faults.some(strikesPostgresItself)) return 1;
  return Math.min(2 * lanes, Math.max(lanes, Math.ceil(runsMin / seriesOfClaim)));
}
