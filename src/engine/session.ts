/**
 * A session: all chosen scenarios, several side by side, on a bounded number of lanes. Gives one result a scenario, in
 * the order of the scenarios, whatever way it ends.
 */

import { propertiesOf } from "../core/scenario.ts";
import type { NamedScenario } from "../core/scenario.ts";
import type { ScenarioResult } from "../core/results.ts";
import type { Budget, Strategy } from "../core/strategy.ts";
import { type AttemptOptions, Attempts } from "./attempts.ts";
import { concludeScenario, type GoodTwin } from "./conclude.ts";
import { resultOf, skippedResult } from "./scenario_result.ts";
import { Tally } from "./tally.ts";

/** What happened in the session, for whoever shows its progress. */
export type SessionEvent =
  | { readonly type: "started"; readonly path: string }
  | {
    readonly type: "ran";
    readonly path: string;
    readonly plans: number;
    readonly places: number;
    readonly void: boolean;
  }
  | { readonly type: "finished"; readonly result: ScenarioResult };

/** What a session needs. */
export interface SessionOptions extends AttemptOptions {
  readonly scenarios: readonly NamedScenario[];
  readonly strategies: ReadonlyMap<string, Strategy>;
  readonly budget: Budget;
  /** How many scenarios run side by side. */
  readonly scenariosAtOnce: number;
  /** How often a violated claim's smallest plan is executed again for its rate. */
  readonly replays: number;
  tell(event: SessionEvent): void;
  /** The harness itself failed; the session goes on, and ends with exit code 3. */
  broke(sentence: string): void;
}

/** Runs the scenarios. Never rejects. */
export async function runSession(options: SessionOptions): Promise<readonly ScenarioResult[]> {
  const results: (ScenarioResult | undefined)[] = options.scenarios.map(() => undefined);
  const queue = options.scenarios.map((named, index) => ({ named, index }));
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const result = options.budget.signal.aborted
        ? skippedResult(next.named, "unknown", "the session was interrupted before it was reached")
        : await runOrSayWhy(next.named, next.index, options);
      results[next.index] = result;
      options.tell({ type: "finished", result });
    }
  };
  await Promise.all(Array.from({ length: options.scenariosAtOnce }, worker));
  return results.filter((result) => result !== undefined);
}

/** What breaks in one scenario is said in its result; the others go on. */
async function runOrSayWhy(named: NamedScenario, priority: number, options: SessionOptions): Promise<ScenarioResult> {
  try {
    return await runScenario(named, priority, options);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    options.broke(`${named.path}: ${why}`);
    return skippedResult(named, "unknown", `the harness broke: ${why}`);
  }
}

async function runScenario(named: NamedScenario, priority: number, options: SessionOptions): Promise<ScenarioResult> {
  const strategy = options.strategies.get(named.scenario.plans.strategy);
  if (!strategy) throw new Error(`Cannot run "${named.path}": there is no strategy "${named.scenario.plans.strategy}"`);
  options.tell({ type: "started", path: named.path });
  const tally = new Tally(named);
  const attempts = new Attempts(named, priority, tally, options);
  const tell = (lastVoid: boolean) =>
    options.tell({ type: "ran", path: named.path, plans: tally.plans, places: tally.places().length, void: lastVoid });
  for await (const judged of strategy.search(named, options.budget, (plan) => attempts.attempt(plan), tally)) {
    tell(judged.void !== undefined);
    if (caught(named, tally)) break;
  }
  if (options.budget.signal.aborted) tally.interrupted("the session was interrupted");
  const good = await goodTwin(named, tally, attempts);
  const replays = named.scenario.kind === "claim"
    ? await attempts.replayViolations(options.replays, options.budget)
    : new Map();
  return resultOf(tally, concludeScenario(tally, good), replays);
}

/** A control or limit is done with its first violation of the named property: more would prove nothing more. */
function caught({ scenario }: NamedScenario, tally: Tally): boolean {
  return scenario.kind !== "claim" && tally.violations.some((v) => v.property === scenario.names.name);
}

/** The good one under the very plan that violated, with the twin's options and times. */
async function goodTwin({ scenario }: NamedScenario, tally: Tally, attempts: Attempts): Promise<GoodTwin> {
  if (scenario.kind !== "control") return undefined;
  const violation = tally.violations.find((v) => v.property === scenario.names.name);
  if (!violation) return undefined;
  const { promises, options, sink } = scenario.subject;
  const good = { ...scenario.good, promises, ...(options ? { options } : {}), ...(sink ? { sink } : {}) };
  return await attempts.tryOther(
    violation.judged.plan,
    good,
    propertiesOf(scenario).find((p) => p.name === violation.property)!,
  );
}
