/**
 * Which plans `sample` draws. A sibling would prefer plans by what earlier runs have shown, not only by what they have met.
 */

import { overlapped } from "../core/disturbance.ts";
import type { Operation } from "../core/plan.ts";
import { confirmationsMin } from "../core/scenario.ts";
import type { NamedScenario, Sampled } from "../core/scenario.ts";
import { shardOf } from "../core/seed.ts";
import type { Budget, Judged } from "../core/strategy.ts";
import { view } from "../core/view.ts";

/** How many runs the quick budget asks for at least, unless the scenario says otherwise. */
export const runsMinByDefault = 20;

/**
 * Which plans are drawn: at first all, one after the other; then those alone whose fault was not confirmed often enough. It may
 * have nothing to give while all that is needed is under way, and something again when that came to nothing.
 */
export class Choice implements Iterable<number>, Iterator<number> {
  readonly #named: NamedScenario;
  readonly #budget: Budget;
  readonly #plans: Sampled<Operation>;
  readonly #runsMax: number;
  /** In how many valid runs each fault was confirmed while an operation was under way. */
  readonly #confirmed = new Map<string, number>();
  readonly #underWay = new Set<number>();
  #next = 0;
  begun = 0;

  constructor(named: NamedScenario, budget: Budget) {
    this.#named = named;
    this.#budget = budget;
    this.#plans = named.scenario.plans as Sampled<Operation>;
    const { runsMin = runsMinByDefault, runsMax, faults } = this.#plans;
    this.#runsMax = budget.depth === "nightly"
      ? Number.MAX_SAFE_INTEGER
      : runsMax ?? 4 * runsMin + 20 * Math.max(1, faults.length);
  }

  [Symbol.iterator](): Iterator<number> {
    return this;
  }

  next(): IteratorResult<number> {
    while (this.#next < this.#runsMax && (this.#takesAll || this.#plans.faults.some(({ name }) => this.#needs(name)))) {
      const i = this.#next++;
      const { index, of } = this.#budget.shard;
      if (shardOf(`${this.#named.path} ${i}`, of) !== index) continue;
      if (!this.#takesAll && !this.#needs(this.#pinned(i))) continue;
      this.begun++;
      this.#underWay.add(i);
      return { done: false, value: i };
    }
    return { done: true, value: undefined };
  }

  /** The i-th plan was executed. */
  done(i: number, judged: Judged): void {
    this.#underWay.delete(i);
    if (judged.void) return;
    const history = view(judged.plan, judged.history);
    const met = [...history.disturbances.values()].filter((d) => d.confirmed && overlapped(history, d));
    for (const name of new Set(met.map((d) => d.fault))) {
      this.#confirmed.set(name, (this.#confirmed.get(name) ?? 0) + 1);
    }
  }

  /** Nothing is left to do, whatever becomes of what is under way. */
  get isOver(): boolean {
    return this.begun >= (this.#plans.runsMin ?? runsMinByDefault) && this.#underWay.size === 0 &&
      !this.#plans.faults.some(({ name }) => this.#needs(name));
  }

  get #takesAll(): boolean {
    return this.#budget.depth === "nightly" || this.begun < (this.#plans.runsMin ?? runsMinByDefault);
  }

  /** Over several shards each has to do its share only; the merge sees the sum. */
  #needs(fault: string): boolean {
    const hopes = [...this.#underWay].filter((i) => this.#pinned(i) === fault).length;
    return (this.#confirmed.get(fault) ?? 0) + hopes < Math.ceil(confirmationsMin / this.#budget.shard.of);
  }

  /** The fault that the i-th plan is nearly certain to hold; none if the scenario has none. */
  #pinned(i: number): string {
    const { faults } = this.#plans;
    return faults[i % Math.max(1, faults.length)]?.name ?? "";
  }
}
