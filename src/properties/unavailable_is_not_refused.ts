/**
 * "I cannot ask" is another answer than "no", and than "yes": while the store is out of reach nothing is answered 429, and nothing 2xx.
 *
 * Judged are calls of a rate limiter (`do: "call"`) that got no complete reply without an error from any store between their
 * invocation and their answer, and of which it is certain that the store was out of reach. Either the call lies wholly within a
 * disturbance of its instance's road or of the server, and something was asked then and not answered, or nobody listened as
 * long as the disturbance was in place; or a message of the call itself was cut or held. Who knew the answer without asking is not
 * accused by less. Replies count as soon as all has passed that a reader waits for, so one that was cut short is none. Calls that
 * were given up are another property's business. A sibling judges how often a call is allowed.
 */

import type { Property } from "../core/property.ts";
import type { Service } from "../core/place.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { DisturbanceView, OperationView, View } from "../core/view.ts";

/** Faults that nobody can reach the store through: who knows that need not ask, and a vain attempt may leave no trace on the road. */
const nobodyListens: readonly string[] = ["refused", "redis_killed", "server_killed"];

/** Violated by a 429 or a 2xx without a reply of the store. Examines the answers that were given while it was out of reach. */
export const unavailableIsNotRefused: Property = {
  name: "unavailable_is_not_refused",
  claim: "While the store is out of reach no call is answered as if it had been asked",
  kind: "safety",
  check(history) {
    const outages = outagesOf(history);
    const own = struckCallsOf(history);
    const roads = roadsOf(history);
    let examined = 0;
    for (const operation of history.operations.values()) {
      const { settled, op } = operation;
      if ((op as { readonly do?: unknown } | null)?.do !== "call") continue;
      if (!settled || (settled.type === "info" && settled.because !== "thrown")) continue;
      const struck = own.get(operation.id)?.find((outage) => wasStruck(outage, operation));
      const outage = outages.find((outage) => outOfReach(outage, operation, roads)) ??
        (struck && !wasReplied(operation, roads) ? struck : undefined);
      if (!outage) continue;
      examined++;
      const said = answered(settled);
      if (!said) continue;
      const blind = whyBlind(history, outage.service);
      if (blind) return unknown(blind, examined);
      const because = `${operation.id} was answered ${said} at instance ${operation.instance}, ` +
        `which could not reach its store (${outage.disturbance.fault})`;
      const evidence = [shown(outage.disturbance).index, operation.invoke.index, settled.index];
      return violated(examined, because, evidence);
    }
    return holds(examined, "nothing was answered while the store was out of reach");
  },
};

/** `200`, `429` or undefined for an answer that is neither. */
function answered(settled: NonNullable<OperationView["settled"]>): string | undefined {
  if (settled.type !== "ok") return /^\s*429\b/.test(settled.reason) ? "429" : undefined;
  const status = (settled.value as { readonly status?: unknown } | null)?.status;
  if (typeof status !== "number") return "2xx";
  return status === 429 || (status >= 200 && status < 300) ? String(status) : undefined;
}

/** What disturbed a store's road. */
interface Disturbed {
  readonly disturbance: DisturbanceView;
  readonly service: Service;
}

/** A time in which a disturbance was certainly in place. */
interface Outage extends Disturbed {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was planned says which store's road or server it is about. */
function outagesOf({ plan, disturbances }: View): readonly Outage[] {
  const services = new Map<string, Service>([
    ...plan.faults.map(({ id, service }) => [id, service] as const),
    ...plan.holds.map(({ id, place }) => [id, place.service] as const),
  ]);
  return [...disturbances.values()].flatMap((disturbance): Outage[] => {
    const service = services.get(disturbance.id);
    const fromMs = disturbance.injectedAtMs ?? disturbance.struckAtMs;
    if (!service || fromMs === undefined) return [];
    // Evidence is taken right before a fault is taken away: from its word on nobody knows.
    const end = disturbance.entries.find(({ atMs, event }) => atMs > fromMs && event !== "injected");
    return [{ disturbance, service, fromMs, toMs: end?.atMs ?? Infinity }];
  });
}

/** Cuts and holds by the calls whose messages they are about. */
function struckCallsOf({ plan, disturbances }: View): ReadonlyMap<string, readonly Disturbed[]> {
  const calls = new Map<string, Disturbed[]>();
  for (const planned of [...plan.cuts, ...plan.holds]) {
    const disturbance = disturbances.get(planned.id);
    if (!disturbance) continue;
    const operations = "operations" in planned ? Object.values(planned.operations) : [planned.operation];
    for (const operation of operations) {
      const known = calls.get(operation);
      const one = { disturbance, service: planned.place.service };
      if (known) known.push(one);
      else calls.set(operation, [one]);
    }
  }
  return calls;
}

/** True if the message was cut, or held, before the call was answered: so the call had asked. */
function wasStruck({ disturbance }: Disturbed, { invoke, settled }: OperationView): boolean {
  return disturbance.entries.some(({ event, index }) =>
    event === "struck" && index > invoke.index && index < settled!.index
  );
}

/** The entry that shows that it was there. */
function shown({ entries }: DisturbanceView): { readonly index: number } {
  return entries.find(({ event }) => event === "injected") ?? entries.find(({ event }) => event === "struck")!;
}

/** What the wire saw of an instance's roads: indexes into the history, in order. */
interface RoadsSeen {
  readonly asked: Readonly<Record<Service, number[]>>;
  /** Complete replies without an error, of whichever store. */
  readonly replied: number[];
}

function roadsOf({ messages }: View): ReadonlyMap<number, RoadsSeen> {
  const seen = new Map<number, RoadsSeen>();
  for (const { instance, service, direction, index, last, error } of messages) {
    let roads = seen.get(instance);
    if (!roads) seen.set(instance, roads = { asked: { postgres: [], redis: [] }, replied: [] });
    if (direction === "up") roads.asked[service].push(index);
    else if (last && !error) roads.replied.push(index);
  }
  return seen;
}

/** True if the operation lies within the disturbance, and its instance certainly got no answer of the store meanwhile. */
function outOfReach(
  { disturbance, service, fromMs, toMs }: Outage,
  operation: OperationView,
  seen: ReadonlyMap<number, RoadsSeen>,
): boolean {
  const { instance, invoke, settled } = operation;
  if (disturbance.instance !== "all" && disturbance.instance !== instance) return false;
  if (invoke.atMs < fromMs || settled!.atMs > toMs) return false;
  if (wasReplied(operation, seen)) return false;
  return nobodyListens.includes(disturbance.fault) ||
    lastBefore(seen.get(instance)?.asked[service] ?? [], settled!.index) > invoke.index;
}

/** True if any store gave the instance a complete reply without an error before it answered the call. */
function wasReplied({ instance, invoke, settled }: OperationView, seen: ReadonlyMap<number, RoadsSeen>): boolean {
  return lastBefore(seen.get(instance)?.replied ?? [], settled!.index) > invoke.index;
}

/** The last of the indexes before this one; -1 if there is none. */
function lastBefore(indexes: readonly number[], before: number): number {
  let low = 0;
  for (let high = indexes.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (indexes[middle]! < before) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : indexes[low - 1]!;
}

/** Why a reply may have crossed that the history does not hold. */
function whyBlind({ messages, dropped }: View, service: Service): string | undefined {
  const unseen = dropped.find(({ what }) => what.includes("message"));
  if (unseen) return `${unseen.count} ${unseen.what} were not recorded, so it cannot be seen what the store replied`;
  const spoke = messages.some((message) => message.service === service && message.direction === "down");
  return spoke ? undefined : `no reply of ${service} was ever recorded, so it cannot be seen what it replied`;
}
