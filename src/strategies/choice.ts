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

/** How many valid runs the quick budget asks for at least, unless the scenario says otherwise. */
export const runsMinByDefault = 20;

/**
 * Which plans are drawn: at first all, one after the other; then those alone that hold a fault which was not confirmed often enough, and
 * others in the place of void ones if that leaves too few. It may have nothing to give while all that is needed is under way, and something
 * again when that came to nothing.
 */
export class Choice implements Iterable<number>, Iterator<number> {
  readonly #named: NamedScenario;
  readonly #budget: Budget;
  readonly #plans: Sampled<Operation>;
  readonly #runsMin: number;
  readonly #runsMax: number;
  /** In how many valid runs each fault was confirmed while an operation was under way. */
  readonly #confirmed = new Map<string, number>();
  /** The faults of each plan that is under way. */
  readonly #underWay = new Map<number, readonly string[]>();
  readonly #faultsOf: (i: number) => readonly string[];
  #next = 0;
  #begun = 0;
  #valid = 0;

  /** `faultsOf` gives the names of the faults in the i-th plan. */
  constructor(named: NamedScenario, budget: Budget, faultsOf: (i: number) => readonly string[]) {
    this.#named = named;
    this.#budget = budget;
    this.#faultsOf = faultsOf;
    this.#plans = named.scenario.plans as Sampled<Operation>;
    const { runsMin = runsMinByDefault, runsMax, faults } = this.#plans;
    this.#runsMin = runsMin;
    this.#runsMax = budget.depth === "nightly"
      ? Number.MAX_SAFE_INTEGER
      : runsMax ?? 3 * (faults.length === 0 ? runsMin : 4 * runsMin + 20 * faults.length);
  }

  [Symbol.iterator](): Iterator<number> {
    return this;
  }

  next(): IteratorResult<number> {
    while (this.#next < this.#runsMax && (this.#takesAll || this.#needsAny)) {
      const i = this.#next++;
      const { index, of } = this.#budget.shard;
      if (shardOf(`${this.#named.path} ${i}`, of) !== index) continue;
      const faults = this.#faultsOf(i);
      if (!this.#takesAll && !faults.some((name) => this.#needs(name))) continue;
      this.#begun++;
      this.#underWay.set(i, faults);
      return { done: false, value: i };
    }
    return { done: true, value: undefined };
  }

  /** The i-th plan was executed. */
  done(i: number, judged: Judged): void {
    this.#underWay.delete(i);
    if (judged.void) return;
    this.#valid++;
    const history = view(judged.plan, judged.history);
    const met = [...history.disturbances.values()].filter((d) => d.confirmed && overlapped(history, d));
    for (const name of new Set(met.map((d) => d.fault))) {
      this.#confirmed.set(name, (this.#confirmed.get(name) ?? 0) + 1);
    }
  }

  /** How many runs were valid. */
  get valid(): number {
    return this.#valid;
  }

  /** Nothing is left to do, whatever becomes of what is under way. */
  get isOver(): boolean {
    return this.#underWay.size === 0 && this.#valid >= this.#runsMin && !this.#needsAny;
  }

  get #takesAll(): boolean {
    if (this.#budget.depth === "nightly" || this.#begun < this.#runsMin) return true;
    return !this.#needsAny && this.#valid + this.#underWay.size < this.#runsMin;
  }

  get #needsAny(): boolean {
    return this.#plans.faults.some(({ name }) => this.#needs(name));
  }

  /** Over several shards each has to do its share only; the merge sees the sum. */
  #needs(fault: string): boolean {
    const hopes = [...this.#underWay.values()].filter((faults) => faults.includes(fault)).length;
    return (this.#confirmed.get(fault) ?? 0) + hopes < Math.ceil(confirmationsMin / this.#budget.shard.of);
  }
}
