/**
 * A session: all chosen scenarios, several side by side, on a bounded number of lanes. Gives one result a scenario, in
 * the order of the scenarios, whatever way it ends.
 */

import { strikesPostgresItself } from "../core/fault.ts";
import { propertiesOf } from "../core/scenario.ts";
import type { Control, NamedScenario } from "../core/scenario.ts";
import type { ScenarioResult } from "../core/results.ts";
import type { Budget, Strategy } from "../core/strategy.ts";
import type { Subject } from "../core/subject.ts";
import { type AttemptOptions, Attempts } from "./attempts.ts";
import { concludeScenario, type GoodTwin } from "./conclude.ts";
import { resultOf, skippedResult } from "./scenario_result.ts";
import { oneLine } from "./store.ts";
import { listedFaults, Tally } from "./tally.ts";

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
  /** How many scenarios run side by side, of those on the shared server and of those with their own. */
  readonly scenariosAtOnce: number;
  /** How often a violated claim's smallest plan is executed again for its rate. */
  readonly replays: number;
  tell(event: SessionEvent): void;
  /** The harness itself failed in one scenario; the others go on, and the session ends with exit code 3. */
  broke(named: NamedScenario, cause: unknown): void;
  /** Once aborted, runs that are still under way are not waited for any more. */
  readonly abandon: AbortSignal;
}

/** Runs the scenarios. Never rejects. */
export async function runSession(options: SessionOptions): Promise<readonly ScenarioResult[]> {
  const results: (ScenarioResult | undefined)[] = options.scenarios.map(() => undefined);
  const all = options.scenarios.map((named, index) => ({ named, index }));
  const worker = async (...queues: (typeof all)[]) => {
    const take = () => queues.find((queue) => queue.length > 0)?.shift();
    for (let next = take(); next; next = take()) {
      const result = options.budget.signal.aborted
        ? skippedResult(next.named, "unknown", "the session ended before it was reached")
        : await runOrSayWhy(next.named, next.index, options);
      results[next.index] = result;
      options.tell({ type: "finished", result });
    }
  };
  // A queue of their own, for they do not compete for lanes: whoever waits for a server of its own keeps nobody from the shared one.
  const [own, shared] = parted(all, ({ named }) => needsOwnServer(named));
  // Whoever visits every place computes all the time and can use every lane, so one at a time fills what the others leave: they
  // wait more than they compute. Once those are over, all work is of this kind, and no lane rests until the end.
  const [fill, others] = parted(shared, ({ named }) => visitsEveryPlace(named));
  const [claims, controls] = parted(interleaved(others), ({ named }) => named.scenario.kind === "claim");
  const waiting = [...claims, ...controls];
  await Promise.all([
    ...workersOf(options.scenariosAtOnce, () => worker(own)),
    ...workersOf(1, () => worker(fill, waiting)),
    ...workersOf(options.scenariosAtOnce - 1, () => worker(waiting, fill)),
  ]);
  return results.filter((result) => result !== undefined);
}

/** One of each folder and strategy in turn: those of one kind wait, or compute, in the same way. */
function interleaved<Item extends { readonly named: NamedScenario }>(items: readonly Item[]): Item[] {
  const kindOf = ({ path, scenario }: NamedScenario) => `${path.split("/")[0]} ${scenario.plans.strategy}`;
  const kinds = [...Map.groupBy(items, ({ named }) => kindOf(named)).values()];
  const longest = Math.max(0, ...kinds.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => kinds.flatMap((kind) => kind[i] ?? [])).flat();
}

function parted<Item>(items: readonly Item[], first: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(first), items.filter((item) => !first(item))];
}

function workersOf(count: number, worker: () => Promise<void>): Promise<void>[] {
  return Array.from({ length: Math.max(0, count) }, worker);
}

function visitsEveryPlace({ scenario }: NamedScenario): boolean {
  return scenario.kind === "claim" && scenario.plans.strategy === "cuts";
}

function needsOwnServer(named: NamedScenario): boolean {
  return listedFaults(named).some(strikesPostgresItself);
}

/** What breaks in one scenario is said in its result; the others go on. */
async function runOrSayWhy(named: NamedScenario, priority: number, options: SessionOptions): Promise<ScenarioResult> {
  try {
    return await runScenario(named, priority, options);
  } catch (cause) {
    const { signal } = options.budget;
    if (signal.aborted && isOf(signal, cause)) return skippedResult(named, "unknown", "the session ended while it ran");
    options.broke(named, cause);
    return skippedResult(named, "unknown", `the harness broke: ${oneLine(cause)}`);
  }
}

/** Whether it failed of the session's end alone: a lane that was still being opened, for one, says so by the signal's reason. */
function isOf(signal: AbortSignal, cause: unknown): boolean {
  for (let at = cause; at !== undefined; at = at instanceof Error ? at.cause : undefined) {
    if (at === signal.reason || (at instanceof Error && at.name === "AbortError")) return true;
  }
  return false;
}

async function runScenario(named: NamedScenario, priority: number, options: SessionOptions): Promise<ScenarioResult> {
  const strategy = options.strategies.get(named.scenario.plans.strategy);
  if (!strategy) throw new Error(`Cannot run "${named.path}": there is no strategy "${named.scenario.plans.strategy}"`);
  options.tell({ type: "started", path: named.path });
  const tally = new Tally(named);
  const attempts = new Attempts(named, priority, tally, options, strategy.seriesMax(named.scenario));
  const tell = (lastVoid: boolean) =>
    options.tell({ type: "ran", path: named.path, plans: tally.plans, places: tally.places().length, void: lastVoid });
  const { signal } = options.budget;
  const waited = <T>(work: Promise<T>) => orAbandoned(work, options.abandon);
  let good: GoodTwin = "unknown";
  let replays: ReplayRates = new Map();
  try {
    const search = strategy.search(named, options.budget, (plan, how) => waited(attempts.attempt(plan, how)), tally);
    for await (const judged of search) {
      tell(judged.void !== undefined);
      if (caught(named, tally)) break;
    }
    if (!signal.aborted) good = await waited(goodTwin(named, tally, attempts));
    if (named.scenario.kind === "claim") {
      replays = await waited(attempts.replayViolations(options.replays, options.budget));
    }
  } catch (cause) {
    if (!(cause instanceof Abandoned)) throw cause;
  }
  // Whatever the strategy says of it: it had no time because the session had none.
  if (signal.aborted) tally.interruptedBy = `the session ended after ${tally.plans} of its runs`;
  return resultOf(tally, concludeScenario(tally, good), replays);
}

type ReplayRates = Awaited<ReturnType<Attempts["replayViolations"]>>;

/** The session ended while a run was under way, and did not wait for it. */
class Abandoned extends Error {
  override readonly name = "Abandoned";
}

async function orAbandoned<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  const give = () => reject(new Abandoned("the session did not wait for a run"));
  if (signal.aborted) give();
  signal.addEventListener("abort", give);
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    signal.removeEventListener("abort", give);
    work.catch(() => undefined); // whoever waits hears of it above; what fails after that fails because the world closes
  }
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
  return await attempts.tryOther(
    violation.judged.plan,
    goodOne(scenario),
    propertiesOf(scenario).find((p) => p.name === violation.property)!,
  );
}

/** The good subject of a control, with the twin's options and times. */
export function goodOne({ subject, good }: Control): Subject {
  const { promises, options, sink } = subject;
  return { ...good, promises, ...(options ? { options } : {}), ...(sink ? { sink } : {}) };
}
