/**
 * Attempts: executes a plan on a lane, judges it, stores it, counts it. A void run is drawn again, at most so many times.
 */

import { join } from "node:path";
import { type AnyFault, strikesPostgresItself } from "../core/fault.ts";
import type { Entry } from "../core/history.ts";
import type { Plan } from "../core/plan.ts";
import type { Property } from "../core/property.ts";
import { propertiesOf } from "../core/scenario.ts";
import type { NamedScenario } from "../core/scenario.ts";
import type { Budget, Judged } from "../core/strategy.ts";
import type { Subject } from "../core/subject.ts";
import { judge } from "./check.ts";
import type { GoodTwin } from "./conclude.ts";
import { executeSeries } from "./execute.ts";
import type { Lanes } from "./lanes.ts";
import type { Recorder } from "./recorder.ts";
import { type StoredRun, writeRun } from "./store.ts";
import { listedFaults, type Tally } from "./tally.ts";

/** A void run is executed at most so many times. */
export const triesMax = 3;

/** What all attempts of a session share. */
export interface AttemptOptions {
  readonly lanes: Lanes;
  /** The session's folder; undefined if nothing is to be stored. */
  readonly folder: string | undefined;
  readonly versions: Readonly<Record<string, string>>;
  /** A prefix for a run's keys that no other run has. */
  newPrefix(): string;
  /** Told of every recorder, so that stalls of the observer reach each run under way. Gives the end of it. */
  listen(recorder: Recorder): () => void;
  /** Bytes that may still be stored; what does not fit is not, and the report says so. */
  readonly room: { bytesLeft: number; runsDropped: number };
}

/** A plan that waits for a lane. */
interface Asked {
  readonly plan: Plan;
  give(history: Judged["history"]): void;
  fail(cause: unknown): void;
}

/** The attempts of one scenario. */
export class Attempts {
  readonly #named: NamedScenario;
  readonly #priority: number;
  readonly #tally: Tally;
  readonly #options: AttemptOptions;
  readonly #faults: ReadonlyMap<string, AnyFault>;
  /** How many plans may be executed one after the other on the same instances. */
  readonly #seriesMax: number;
  readonly #asked: Asked[] = [];
  #stored = 0;

  constructor(named: NamedScenario, priority: number, tally: Tally, options: AttemptOptions, seriesMax = 1) {
    this.#seriesMax = named.scenario.subject.reusable ? seriesMax : 1;
    this.#named = named;
    this.#priority = priority;
    this.#tally = tally;
    this.#options = options;
    this.#faults = new Map(listedFaults(named).map((fault) => [fault.name, fault]));
  }

  /** Executes and judges a plan, perhaps in a series with others; again and alone if it was void, unless `once` is enough. */
  async attempt(plan: Plan, { once = false } = {}): Promise<Judged> {
    const properties = propertiesOf(this.#named.scenario);
    for (let tries = 1;; tries++) {
      const startedMs = performance.now();
      const { subject } = this.#named.scenario;
      const history = await (tries === 1 ? this.#executeWithOthers(plan, subject) : this.#execute(plan, subject));
      const judgement = judge(plan, history, properties);
      const violated = Object.values(judgement.verdicts).some((verdict) => verdict.verdict === "violated");
      const stored = await this.#store({ plan, history }, violated);
      const seconds = (performance.now() - startedMs) / 1000;
      const judged: Judged = { plan, history, verdicts: judgement.verdicts, void: judgement.void, stored, seconds };
      this.#tally.add(judged, judgement.view, judgement.broken);
      // A violation stands, void or not; and what the harness broke is not mended by trying again.
      if (!judged.void || violated || judgement.broken || once || tries >= triesMax) return judged;
    }
  }

  /**
   * Whether another subject violates a property under the same plan. Having nothing to examine is no violation either: what
   * the good one never did while all was recorded in peace, the times cannot have made it do.
   */
  async tryOther(plan: Plan, subject: Subject, property: Property): Promise<GoodTwin> {
    for (let tries = 1; tries <= triesMax; tries++) {
      const history = await this.#execute(plan, subject);
      const { view, broken } = judge(plan, history, []);
      if (broken || !view.quiet) continue;
      const { verdict, examined } = property.check(view);
      if (verdict === "holds" || (verdict === "unknown" && examined === 0)) return "held";
      if (verdict === "violated") {
        await this.#store({ plan: { ...plan, identity: `${plan.identity}, the good one` }, history }, true);
        return "violated too";
      }
    }
    return "unknown";
  }

  /** How often the smallest plan of each violation strikes again, by property. Bounded by the budget. */
  async replayViolations(times: number, budget: Budget): Promise<ReadonlyMap<string, { struck: number; of: number }>> {
    const rates = new Map<string, { struck: number; of: number }>();
    for (const { name } of propertiesOf(this.#named.scenario)) {
      const smallest = this.#tally.smallestViolation(name);
      if (!smallest) continue;
      const rate = { struck: 0, of: 0 };
      const property = propertiesOf(this.#named.scenario).find((p) => p.name === name)!;
      while (rate.of < times && !budget.signal.aborted) {
        const history = await this.#execute(smallest.judged.plan, this.#named.scenario.subject);
        const { verdicts } = judge(smallest.judged.plan, history, [property]);
        rate.of++;
        if (verdicts[name]!.verdict === "violated") rate.struck++;
      }
      rates.set(name, rate);
    }
    return rates;
  }

  async #execute(plan: Plan, subject: Subject): Promise<Judged["history"]> {
    const own = this.#strikesServer(plan, strikesPostgresItself);
    const [history] = await this.#onLane(own ? "own" : "shared", () => [plan], subject);
    return history!;
  }

  #executeWithOthers(plan: Plan, subject: Subject): Promise<Judged["history"]> {
    if (this.#seriesMax === 1 || this.#strikesServer(plan, ({ ownServer }) => ownServer === true)) {
      return this.#execute(plan, subject);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Judged["history"]>();
    this.#asked.push({ plan, give: resolve, fail: reject });
    void this.#series(subject);
    return promise;
  }

  /** Whoever gets a lane takes along what waits behind him; whoever finds nothing left to do gives his back. Never rejects. */
  async #series(subject: Subject): Promise<void> {
    let taken: Asked[] = [];
    const take = () => {
      taken = this.#asked.splice(0, this.#seriesMax);
      return taken.map(({ plan }) => plan);
    };
    try {
      const histories = await this.#onLane("shared", take, subject);
      histories.forEach((history, i) => taken[i]!.give(history));
      const left = taken.slice(histories.length);
      this.#asked.unshift(...left);
      for (const _ of left) void this.#series(subject);
    } catch (cause) {
      // No lane, then: neither for him who asked for it, nor for anybody behind him.
      for (const asked of taken.length > 0 ? taken : this.#asked.splice(0)) asked.fail(cause);
    }
  }

  async #onLane(
    kind: "shared" | "own",
    take: () => readonly Plan[],
    subject: Subject,
  ): Promise<(readonly Entry[])[]> {
    const { lanes, newPrefix, versions, listen } = this.#options;
    const lane = await lanes.take(kind, this.#priority);
    let spoiled = true;
    try {
      const plans = take();
      if (plans.length > 0) this.#tally.begin();
      const setting = { subject, faults: this.#faults, lane, prefix: newPrefix(), versions, listen };
      const histories = plans.length === 0 ? [] : await executeSeries(plans, setting);
      spoiled = histories.flat().some((entry) =>
        entry.type === "broken" || (entry.type === "phase" && entry.phase === "unquiet")
      );
      return histories;
    } finally {
      await lanes.giveBack(lane, spoiled);
    }
  }

  #strikesServer(plan: Plan, strikes: (fault: AnyFault) => boolean): boolean {
    return plan.faults.map(({ fault }) => this.#faults.get(fault)).some((fault) =>
      fault !== undefined && strikes(fault)
    );
  }

  async #store(run: StoredRun, important: boolean): Promise<string | undefined> {
    const { folder, room } = this.#options;
    if (!folder) return undefined;
    const bytes = 130 * run.history.length;
    if (!important && room.bytesLeft < bytes) {
      room.runsDropped++;
      return undefined;
    }
    room.bytesLeft -= bytes;
    const name = join("runs", ...this.#named.path.split("/"), String(++this.#stored).padStart(4, "0"));
    await writeRun(join(folder, name), run);
    return name;
  }
}
