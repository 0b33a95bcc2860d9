/**
 * What disturbed a run, and whether it may be judged: was each planned disturbance certain to happen and to end, did an
 * operation meet it, and was the observer itself awake. A sibling would be about another reason to believe a run or not.
 *
 * Faults of an instance's process (killed, stopped and continued) have names that begin with `instance_`.
 */

import type { At, View } from "./view.ts";
import type { DisturbEntry } from "./history.ts";

/** One disturbance from injection to heal. Times are undefined where it did not come to that. */
export interface DisturbanceView {
  readonly id: string;
  readonly fault: string;
  readonly instance: number | "all";
  injectedAtMs: number | undefined;
  struckAtMs: number | undefined;
  healedAtMs: number | undefined;
  /** It certainly happened. */
  confirmed: boolean;
  /** It is certainly over. */
  healed: boolean;
  evidence: string | undefined;
  readonly entries: At<DisturbEntry>[];
}

/** Writes one entry onto the disturbance that it is about, which it makes if need be. */
export function addDisturbance(all: Map<string, DisturbanceView>, entry: At<DisturbEntry>): void {
  const found = all.get(entry.id) ?? begun(entry);
  all.set(entry.id, found);
  found.entries.push(entry);
  found.evidence = entry.evidence ?? found.evidence;
  if (entry.event === "injected") found.injectedAtMs = entry.atMs;
  if (entry.event === "struck") {
    found.struckAtMs = entry.atMs;
    found.confirmed = true;
  }
  if (entry.event === "healed" || entry.event === "missed") {
    found.healedAtMs = entry.atMs;
    found.healed = true;
  }
}

/** When the last disturbance was over, in ms; 0 if there was none; undefined if one is not known to be over. */
export function lastHealMs(all: Iterable<DisturbanceView>): number | undefined {
  let latest = 0;
  for (const { healed, healedAtMs } of all) {
    if (!healed) return undefined;
    latest = Math.max(latest, healedAtMs ?? 0);
  }
  return latest;
}

/**
 * Why a run's `holds` count for nothing (`void`), and why nothing can be said about what it came to in the end
 * (`livenessVoid`). Neither for a run that was disturbed as planned, healed, and read in peace.
 */
export function voidReason(view: View): { void?: string; livenessVoid?: string } {
  const reason = view.broken !== undefined
    ? `the harness broke: ${view.broken}`
    : unstarted(view) ?? unconfirmed(view) ?? unread(view);
  const liveness = view.broken !== undefined ? reason : unstarted(view) ?? unhealed(view);
  return { ...(reason ? { void: reason } : {}), ...(liveness ? { livenessVoid: liveness } : {}) };
}

/** True if an operation of an instance that it disturbs was under way while it was in place. */
export function overlapped(view: View, disturbance: DisturbanceView): boolean {
  const fromMs = disturbance.injectedAtMs ?? disturbance.struckAtMs;
  if (fromMs === undefined) return false;
  const toMs = disturbance.healedAtMs ?? Infinity;
  for (const { instance, invoke, settled } of view.operations.values()) {
    if (disturbance.instance !== "all" && disturbance.instance !== instance) continue;
    if (invoke.atMs <= toMs && (settled?.atMs ?? Infinity) >= fromMs) return true;
  }
  return false;
}

/** For how long, in ms, the harness or its probe did not run between two times. Stalls of both at once count once. */
export function stalledMs(view: View, fromMs: number, toMs: number): number {
  const parts = view.stalls
    .map((stall) => [Math.max(fromMs, stall.atMs - stall.forMs), Math.min(toMs, stall.atMs)] as const);
  return coveredMs(parts);
}

/**
 * For how long, in ms, the process of an instance was stopped or dead between two times: from a death to the next start,
 * and while a fault of its process was in place.
 */
export function absentMs(view: View, instance: number, fromMs: number, toMs: number): number {
  const parts: [number, number][] = [];
  let diedAtMs: number | undefined;
  for (const entry of view.instances) {
    if (entry.instance !== instance) continue;
    if (entry.event === "died") diedAtMs ??= entry.atMs;
    if (entry.event !== "started" || diedAtMs === undefined) continue;
    parts.push([diedAtMs, entry.atMs]);
    diedAtMs = undefined;
  }
  if (diedAtMs !== undefined) parts.push([diedAtMs, Infinity]);
  for (const disturbance of view.disturbances.values()) {
    if (!strikesProcess(disturbance, instance)) continue;
    parts.push([disturbance.injectedAtMs ?? disturbance.struckAtMs ?? Infinity, disturbance.healedAtMs ?? Infinity]);
  }
  return coveredMs(parts.map(([from, to]) => [Math.max(fromMs, from), Math.min(toMs, to)]));
}

/** True for a fault that kills or stops the process of this instance. */
export function strikesProcess(disturbance: DisturbanceView, instance: number): boolean {
  return disturbance.fault.startsWith("instance_") &&
    (disturbance.instance === "all" || disturbance.instance === instance);
}

function begun({ id, fault, instance }: DisturbEntry): DisturbanceView {
  const times = { injectedAtMs: undefined, struckAtMs: undefined, healedAtMs: undefined };
  return { id, fault, instance, ...times, confirmed: false, healed: false, evidence: undefined, entries: [] };
}

function unconfirmed(view: View): string | undefined {
  const { faults, cuts, holds } = view.plan;
  const planned = [
    ...faults.map(({ id, fault }) => ({ id, what: fault })),
    ...cuts.map(({ id }) => ({ id, what: "cut" })),
    ...holds.map(({ id, kind }) => ({ id, what: kind })),
  ];
  const missing = planned.find(({ id }) => !view.disturbances.get(id)?.confirmed);
  if (!missing) return undefined;
  const broken = view.disturbances.get(missing.id)?.entries.find((entry) => entry.event === "broken");
  if (broken) return `${missing.what} could not be injected${broken.evidence ? `: ${broken.evidence}` : ""}`;
  return `${missing.what} is not certain to have struck`;
}

/** Before time zero nothing is disturbed: an instance that does not start then has not been tried at all. */
function unstarted(view: View): string | undefined {
  if (view.operations.size === 0 && view.plan.deliveries.length === 0) return undefined; // then starting is all that is tried
  const failed = view.instances.find(({ event, atMs }) => event === "start_failed" && atMs < 0);
  return failed && `instance ${failed.instance} could not be started${failed.detail ? `: ${failed.detail}` : ""}`;
}

function unread(view: View): string | undefined {
  return view.quiet ? undefined : "the run did not become quiet";
}

function unhealed(view: View): string | undefined {
  const still = [...view.disturbances.values()].find((disturbance) => !disturbance.healed);
  return still && `${still.fault} is not certain to be over`;
}

/** The length of the union of intervals; one that ends before it begins has none. */
function coveredMs(intervals: readonly (readonly [number, number])[]): number {
  let covered = 0;
  let reachedMs = -Infinity;
  for (const [from, to] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const begin = Math.max(from, reachedMs);
    if (to <= begin) continue;
    covered += to - begin;
    reachedMs = to;
  }
  return covered;
}
