/**
 * Where and how a learned conversation can be disturbed: one plan fragment a place.
 */

import fc from "fast-check";
import type { AnyFault } from "../core/fault.ts";
import type { Delivery, Operation, Plan, PlannedHold } from "../core/plan.ts";
import type { Place } from "../core/place.ts";
import type { Budget } from "../core/strategy.ts";
import type { Spoken } from "./conversation.ts";

/** What a plan has on top of the undisturbed one. */
export interface Disturbance {
  readonly plan: Partial<Plan>;
  /** Column of the table of places: `cut before`. */
  readonly disturbance: string;
  readonly message: Spoken;
  /** The message whose beginning is the same place: between two of one direction there is only one. */
  readonly before?: Spoken;
}

/** What the fragments are made from. */
export interface Ground {
  readonly base: Plan;
  readonly depth: Budget["depth"];
  readonly stallMs: number;
  /** What opens the connections of an instance; nothing where they are new. */
  opened(instance: number): readonly Operation[];
  /** As in the scenario. */
  readonly before?: readonly Operation[];
  readonly after?: readonly Operation[];
}

/** All places for one way of disturbing. */
export function disturbancesOf(
  how: "cut" | "stall" | "barrier" | AnyFault,
  spoken: readonly Spoken[],
  ground: Ground,
): readonly Disturbance[] {
  if (how === "cut") {
    return [...spoken.flatMap((message) => cutsAt(message, spoken, ground)), ...pairsOf(spoken, ground)];
  }
  if (how === "stall") return spoken.map((message) => stallAt(message, ground));
  if (how === "barrier") return spoken.filter(({ place }) => place.direction === "up").map((m) => barrierAt(m, ground));
  return spoken.map((message) => faultAt(how, message, ground));
}

function cutsAt(message: Spoken, spoken: readonly Spoken[], ground: Ground): Disturbance[] {
  const cut = (byte: Place["byte"], disturbance: string): Disturbance => ({
    message,
    disturbance,
    plan: { cuts: [{ id: "c1", instance: 0, operation: "d1.1", place: { ...message.place, byte } }] },
  });
  const { earlier, later } = neighbours(message, spoken);
  const first = earlier?.place.direction === message.place.direction ? [] : [cut(0, cutBefore)];
  const last = {
    ...cut("end", "cut after"),
    ...(later?.place.direction === message.place.direction ? { before: later } : {}),
  };
  if (ground.depth === "quick") return [...first, cut("middle", "cut inside"), last];
  // Nightly: each byte. Its first and last boundary keep their names, so that both depths share identities.
  const inside = Array.from(
    { length: Math.max(0, message.bytes - 1) },
    (_, i) => cut(i + 1, `cut at byte ${i + 1} of`),
  );
  return [...first, ...inside, last];
}

/** What is disturbed where the place is the beginning of a message. */
export const cutBefore = "cut before";

/** The messages before and after one on its connection. */
function neighbours({ place }: Spoken, spoken: readonly Spoken[]): { earlier?: Spoken; later?: Spoken } {
  const all = spoken.filter((other) =>
    other.place.service === place.service && other.place.connection === place.connection
  );
  const at = all.findIndex((other) => other.place === place);
  const [earlier, later] = [all[at - 1], all[at + 1]];
  return { ...(earlier ? { earlier } : {}), ...(later ? { later } : {}) };
}

/** Pairs of messages (nightly): the sender's first retry, at the next instance, is cut too. */
function pairsOf(spoken: readonly Spoken[], ground: Ground): Disturbance[] {
  if (ground.depth === "quick" || ground.base.instances < 2) return [];
  return spoken.flatMap((first) =>
    spoken.map((second) => ({
      message: first,
      disturbance:
        `cut after, retry cut after ${second.place.direction} ${second.place.message}[${second.place.nth}] on #${second.place.connection},`,
      plan: {
        cuts: [
          { id: "c1", instance: 0, operation: "d1.1", place: { ...first.place, byte: "end" } },
          { id: "c2", instance: 1, operation: "d1.2", place: { ...second.place, byte: "end" } },
        ],
      },
    }))
  );
}

function stallAt(message: Spoken, ground: Ground): Disturbance {
  const hold: PlannedHold = {
    id: "h1",
    kind: "stall",
    instance: 0,
    operation: "d1.1",
    place: message.place,
    forMs: ground.stallMs,
  };
  return { message, disturbance: "stall", plan: { holds: [hold] } };
}

/** All instances get the same key at the same moment, and are let into the gap before this message together. */
function barrierAt(message: Spoken, { base, stallMs, opened, before = [], after = [] }: Ground): Disturbance {
  const first = base.deliveries[0]!;
  const burst: Delivery[] = Array.from({ length: base.instances }, (_, instance) => ({
    ...first,
    id: `d${instance + 1}`,
    starts: { atMs: 0 },
    route: [instance, (instance + 1) % base.instances],
  }));
  const again: Delivery = {
    ...first,
    id: `d${base.instances + 1}`,
    starts: { afterAckOf: "d1", afterMs: 0 },
    route: [0, base.instances - 1],
  };
  const operations = Object.fromEntries(burst.map((delivery, instance) => [instance, `${delivery.id}.1`]));
  const hold: PlannedHold = { id: "b1", kind: "barrier", operations, place: message.place, atMostMs: stallMs };
  // All of them have open connections, or none has: else they would not pass the same messages.
  const last = base.instances - 1;
  const warmUp = burst.map((_, i) => [...(i === last ? before : []), ...opened(i)]);
  const deliveries = [...burst, again, ...endingWith(after, again, base.instances)];
  return { message, disturbance: "barrier", plan: { warmUp, deliveries, holds: [hold] } };
}

/** What is delivered after all else, one after the other, at the instances in turn. */
export function endingWith(after: readonly Operation[], last: Delivery, instances: number): Delivery[] {
  const first = Number(last.id.slice(1)) + 1;
  return after.map((op, i) => ({
    id: `d${first + i}`,
    op,
    starts: { afterAckOf: i === 0 ? last.id : `d${first + i - 1}`, afterMs: 0 },
    route: [(1 + i) % instances, (2 + i) % instances],
    resendAfterMs: last.resendAfterMs,
  }));
}

/** The fault is injected while the message is held, on the road of that instance alone; its severity is drawn from the seed. */
function faultAt(fault: AnyFault, message: Spoken, { base }: Ground): Disturbance {
  const service = fault.service ?? message.place.service;
  const [severity] = fc.sample(fault.severity, { seed: base.seed, numRuns: 1 });
  const strikes = { place: message.place, instance: 0, operation: "d1.1", forMs: 0 };
  const planned = { id: "f1", fault: fault.name, service, instance: 0, severity, strikes };
  return { message, disturbance: fault.name.replaceAll("_", " "), plan: { faults: [planned] } };
}
