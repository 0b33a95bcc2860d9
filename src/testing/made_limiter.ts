/**
 * Makes histories of a correct rate limiter, for tests by mutation: no property may accuse one as it is, and the property whose claim
 * a mutation breaks must.
 *
 * Calls of a few keys come to all instances at once; the store allows as many in each window as it may, and counts those whose
 * replies are lost. At times the store cannot be reached: some instances ask in vain then, others know it already. One seed gives
 * one history. Siblings make other kinds of subject.
 */

import fc from "fast-check";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Entry } from "../core/history.ts";
import { formatVersion, type Plan, type PlannedFault } from "../core/plan.ts";
import { MadeRoad } from "./made_road.ts";

/** What to make. */
export interface MadeLimiterOptions {
  readonly seed: number;
  readonly calls: number;
}

/** What to make for tests, drawn as options, so that a counterexample can be read. */
export const madeLimiterOptions: fc.Arbitrary<MadeLimiterOptions> = fc.record({
  seed: fc.nat(),
  calls: fc.integer({ min: 1, max: 60 }),
});

/** What the made limiter promises. */
export const madeLimit = { answersWithinMs: 30, convergesWithinMs: 10_000, limit: 4, windowMs: 100 } as const;

const instances = 3;
const faults = ["refused", "redis_killed", "black_hole"] as const;

/** A history and the plan of which it is one. */
export interface MadeLimiter {
  readonly plan: Plan;
  readonly entries: readonly Entry[];
}

/** Makes a history of a correct rate limiter. */
export function madeLimiter({ seed, calls }: MadeLimiterOptions): MadeLimiter {
  const random = xoroshiro128plus(seed);
  const chance = (from: number, to: number) => uniformInt(random, from, to);
  const timed: Entry[] = [];
  const lengthMs = calls * 8 + 60;
  const outage = chance(0, 1) === 0 ? undefined : outageWithin(lengthMs, chance);
  const making: Making = { chance, timed, road: new MadeRoad(timed), outage, consumed: new Map() };
  const asked = Array.from({ length: calls }, (_, n) => askedCall(n, lengthMs, chance));
  // The store takes them in the order in which they reach it.
  for (const call of asked.sort((a, b) => a.executedMs - b.executedMs)) answer(making, call);
  if (outage) timed.push(...entriesOf(outage));
  timed.sort((a, b) => a.atMs - b.atMs);
  const about = { scenario: "made", identity: `made limiter ${seed}` };
  const endMs = timed.at(-1)!.atMs + 1;
  const entries: readonly Entry[] = [
    { type: "run", atMs: 0, formatVersion, ...about, subject: "made", versions: {}, promises: madeLimit, graceMs: 20 },
    ...timed,
    { type: "phase", atMs: endMs, phase: "sent" },
    { type: "phase", atMs: endMs, phase: "quiet" },
    { type: "phase", atMs: endMs, phase: "end" },
  ];
  const nothing = { warmUp: [], deliveries: [], cuts: [], holds: [], choices: [] };
  return {
    plan: { ...about, ...nothing, formatVersion, seed, instances, faults: outage ? [outage.planned] : [] },
    entries,
  };
}

interface Making {
  readonly chance: (from: number, to: number) => number;
  readonly timed: Entry[];
  readonly road: MadeRoad;
  readonly outage: Outage | undefined;
  /** When calls of a key were allowed, by the store's clock. */
  readonly consumed: Map<string, number[]>;
}

interface Outage {
  readonly planned: PlannedFault;
  readonly fromMs: number;
  readonly toMs: number;
}

function outageWithin(lengthMs: number, chance: Making["chance"]): Outage {
  const fromMs = chance(0, lengthMs);
  const toMs = fromMs + chance(20, 150);
  const fault = faults[chance(0, faults.length - 1)]!;
  const strikes = { atMs: fromMs, forMs: toMs - fromMs };
  return { planned: { id: "f1", fault, service: "redis", instance: "all", severity: {}, strikes }, fromMs, toMs };
}

/** As the nemesis says it: what shows it is looked at right before it is taken away. */
function entriesOf({ planned: { id, fault, instance }, fromMs, toMs }: Outage): Entry[] {
  const about = { type: "disturb", id, fault, instance } as const;
  return [
    { ...about, atMs: fromMs, event: "injected", severity: {} },
    { ...about, atMs: toMs, event: "struck", evidence: "made" },
    { ...about, atMs: toMs + 3, event: "healed" },
  ];
}

interface Call {
  readonly operation: string;
  readonly key: string;
  readonly instance: number;
  readonly atMs: number;
  readonly executedMs: number;
  readonly settledMs: number;
}

function askedCall(n: number, lengthMs: number, chance: Making["chance"]): Call {
  const atMs = chance(0, lengthMs * 4) / 4;
  const executedMs = atMs + 0.25 + chance(0, 20) / 4;
  const settledMs = executedMs + 0.25 + chance(0, 20) / 4;
  const key = `k${chance(0, 1)}/${n}`;
  return { operation: `d${n + 1}.1`, key, instance: chance(0, instances - 1), atMs, executedMs, settledMs };
}

function answer(making: Making, call: Call): void {
  const { timed, road, outage, chance, consumed } = making;
  const { operation, key, instance, atMs, executedMs, settledMs } = call;
  const op = { key, do: "call", effectless: true };
  timed.push({ type: "invoke", atMs, operation, process: Number(operation.slice(1, -2)), instance, key, op });
  const request = { instance, atMs: executedMs - 0.25, message: "EVALSHA limit", operation };
  const isOut = outage && executedMs - 0.25 >= outage.fromMs && executedMs - 0.25 <= outage.toMs;
  if (isOut) {
    if (outage.planned.fault === "black_hole" || chance(0, 1) === 0) road.exchange(request, "lost", settledMs);
    const reason = "503 the store cannot be reached";
    if (chance(0, 1) === 0) timed.push({ type: "fail", atMs: settledMs, operation, reason, final: false });
    else timed.push({ type: "info", atMs: settledMs, operation, reason, because: "thrown" });
    return;
  }
  const limited = key.slice(0, key.indexOf("/"));
  const known = (consumed.get(limited) ?? []).filter((ms) => ms > executedMs - madeLimit.windowMs);
  const allowed = known.length < madeLimit.limit;
  consumed.set(limited, allowed ? [...known, executedMs] : known);
  const isLost = chance(1, 9) === 1 || (outage && settledMs >= outage.fromMs && executedMs < outage.toMs);
  road.exchange(request, isLost ? "lost" : "Array", settledMs - 0.1);
  if (isLost) timed.push({ type: "info", atMs: settledMs, operation, reason: "503 nobody knows", because: "thrown" });
  else if (allowed) timed.push({ type: "ok", atMs: settledMs, operation, value: { status: 200 } });
  else timed.push({ type: "fail", atMs: settledMs, operation, reason: "429 over the limit", final: true });
}
