/**
 * `sample`: fast-check draws workloads and fault windows at random, for the combinations that nobody thought of. The first
 * plan that violates a claim is shrunk.
 *
 * fast-check's own runner is sequential; the runs here go side by side, so its arbitraries are used and its runner is not.
 */

import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { overlapped } from "../core/disturbance.ts";
import type { Operation, Plan } from "../core/plan.ts";
import { confirmationsMin, propertiesOf } from "../core/scenario.ts";
import type { NamedScenario, Sampled } from "../core/scenario.ts";
import { derivedSeed, shardOf } from "../core/seed.ts";
import type { Budget, Judged, Strategy } from "../core/strategy.ts";
import { view } from "../core/view.ts";
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

/** Few: what is still under way when enough was seen is too much. */
const seriesMax = 3;

/** The strategy. */
export const sample: Strategy = {
  name: "sample",
  seriesMax,
  async *search(named, budget, attempt, progress) {
    const plans = named.scenario.plans as Sampled<Operation>;
    const runsMin = plans.runsMin ?? 20;
    const enough = plans.runsMax ?? 4 * runsMin + 20 * plans.faults.length;
    const runsMax = budget.depth === "quick" ? enough : Number.MAX_SAFE_INTEGER;
    const covered = new Coverage(plans);
    const found: { drawn: Drawn; judged: Judged }[] = [];
    let begun = 0;
    // What has to be caught is caught by nearly every run; more of them at once would only be in each other's way.
    const atOnce = named.scenario.kind === "claim"
      ? Math.min(2 * budget.lanes, Math.max(budget.lanes, runsMin / 3))
      : 1;
    const inTime = () => budget.now() < budget.untilMs && !budget.signal.aborted;
    const going = () =>
      inTime() && found.length === 0 &&
      (budget.depth === "nightly" || begun < runsMin || !covered.enough(budget.shard.of));
    const drawnPlans = draws(named, budget, runsMax);
    const work = async (drawn: Drawn) => ({ drawn, judged: await attempt(drawn.plan) });
    for await (
      const { drawn, judged } of sideBySide(counted(drawnPlans, () => begun++), { lanes: atOnce, going, work })
    ) {
      covered.add(judged);
      if (violates(named, judged)) found.push({ drawn, judged });
      yield judged;
    }
    if (found.length === 0 && !inTime() && (begun < runsMin || !covered.enough(budget.shard.of))) {
      progress.interrupted(`the time was up after ${begun} of at least ${runsMin} runs`);
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

function* draws(named: NamedScenario, budget: Budget, runsMax: number): Generator<Drawn> {
  for (let i = 0; i < runsMax; i++) {
    if (shardOf(`${named.path} ${i}`, budget.shard.of) === budget.shard.index) yield draw(named, budget.seed, i);
  }
}

function* counted<T>(items: Iterable<T>, count: () => void): Generator<T> {
  for (const item of items) {
    count();
    yield item;
  }
}

/** Counts in how many valid runs each fault was confirmed while an operation was under way. */
class Coverage {
  readonly #confirmed = new Map<string, number>();

  constructor(plans: Sampled<Operation>) {
    for (const fault of plans.faults) this.#confirmed.set(fault.name, 0);
  }

  add(judged: Judged): void {
    if (judged.void) return;
    const history = view(judged.plan, judged.history);
    const met = [...history.disturbances.values()].filter((d) => d.confirmed && overlapped(history, d));
    for (const name of new Set(met.map((d) => d.fault))) {
      this.#confirmed.set(name, (this.#confirmed.get(name) ?? 0) + 1);
    }
  }

  /** Over several shards each has to do its share only; the merge sees the sum. */
  enough(shards: number): boolean {
    return [...this.#confirmed.values()].every((count) => count >= Math.ceil(confirmationsMin / shards));
  }
}
