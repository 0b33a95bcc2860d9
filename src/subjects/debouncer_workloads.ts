/**
 * What customers do: several messages in a burst, at whichever instance, again after a while, and the same message twice because the
 * sender did not hear. Arbitraries without minimums, so that shrinking finds no floor.
 */

import fc from "fast-check";
import type { Delivery } from "../core/plan.ts";
import type { Promises } from "../core/subject.ts";
import { claimTimes, type DebouncerOperation, longerThanAllMs } from "./debouncer.ts";

/** The one message whose conversation is disturbed at every place. */
export const oneMessage: DebouncerOperation = { key: "c1/m1", do: "push" };

/** Three messages that lie there already. */
export const threeMessages: readonly DebouncerOperation[] = ["m1", "m2", "m3"].map((id) => ({
  key: `c1/${id}`,
  do: "push",
}));

/** One turn of the loop, once what was pushed before it is due. */
export const oneTurn: DebouncerOperation = { key: "c1/turn", do: "turn", afterMs: 60, effectless: true };

/** A turn that finds nothing: opens the connections, and leaves no message behind. */
export const idleTurn: DebouncerOperation = { key: "warm/turn", do: "turn", effectless: true };

/** How a conversation with Redis is disturbed at every place, once its connections are open; the operation and what is around it are added. */
export const overOpenRedis = {
  strategy: "cuts",
  openedBy: [idleTurn],
  connections: ["open"],
  services: ["redis"],
  stallMs: longerThanAllMs,
  disturb: ["cut", "stall", "barrier"],
} as const;

/** A message that is pushed and handled: opens all connections and prepares all statements. */
export const oneOfEach: readonly DebouncerOperation[] = [
  { key: "warm/m", do: "push" },
  { key: "warm/turn", do: "turn", afterMs: 45, effectless: true },
];

/** One attempt of the loop, at which the handler fails. */
export const failedAttempt: DebouncerOperation = {
  ...{ key: "c1/turn", do: "attempt", afterMs: 45, effectless: true },
  fails: "the receiver is down",
};

/** The same; who takes the batch over does its work. */
export const failedFirstAttempt: DebouncerOperation = { ...failedAttempt, failsUpTo: 1 };

/** A message at which handlers work for so long that a failure which is told late finds the next one at work. */
export const slowMessage: DebouncerOperation = { key: "c1/m1", do: "push", pauseMs: 300 };

/** The same, until nothing is left: each batch has one attempt only. */
const lastAttempt: DebouncerOperation = { ...failedAttempt, do: "turn" };

/** An instance leaves when the messages are due that lie there. */
export const leaving: DebouncerOperation = { key: "c1/leave", do: "leave", afterMs: 45, effectless: true };

/** A message at which every handler fails has died of its only attempt, another one by chance, and a third one waits. */
export const twoDeadOneWaiting: readonly DebouncerOperation[] = [
  { key: "c1/m1", do: "push", plant: "poison" },
  lastAttempt,
  { key: "c1/m2", do: "push" },
  lastAttempt,
  { key: "c1/m3", do: "push" },
];

/** Somebody goes through the dead letters. */
export const oneReview: DebouncerOperation = { key: "c1/review", do: "review", effectless: true };

/** What was put back is handled, and then what waited behind it. */
export const afterReview: readonly DebouncerOperation[] = [
  { key: "c1/turn", do: "attempt", effectless: true },
  oneTurn,
];

/** The waits of an impatient sender, in ms; the last one repeats. */
const resendAfterMs = [15, 40, 80, 120];

interface Pushed {
  readonly conversation: number;
  readonly atMs: number;
  readonly instance: number;
  readonly pauseMs: number;
  /** A copy of it at another instance, so many ms later; null for none. */
  readonly copyAfterMs: number | null;
}

/**
 * Messages of two conversations at whichever instance, within a time that makes one or several batches of them; some come twice, at
 * two instances. From 30 ms on, so that the first faults are there before them.
 */
export function chats(
  options: { instances?: number; withinMs?: number; pauseMsMax?: number } = {},
): fc.Arbitrary<Delivery<DebouncerOperation>[]> {
  const { instances = 3, withinMs = 160, pauseMsMax = 15 } = options;
  const pushed: fc.Arbitrary<Pushed> = fc.record({
    conversation: fc.nat(1),
    atMs: fc.nat(withinMs).map((ms) => 30 + ms),
    instance: fc.nat(instances - 1),
    pauseMs: fc.nat(pauseMsMax),
    copyAfterMs: fc.option(fc.nat(60), { freq: 2 }),
  });
  // The first is nearly always there: a run without any delivery shows nothing.
  return fc.tuple(fc.option(pushed, { freq: 1_000_000 }), fc.array(pushed, { maxLength: 7, size: "max" }))
    .map(([first, rest]) => deliveriesOf([...(first ? [first] : []), ...rest], instances));
}

function deliveriesOf(all: readonly Pushed[], instances: number): Delivery<DebouncerOperation>[] {
  const deliveries: Delivery<DebouncerOperation>[] = [];
  const add = (delivery: Omit<Delivery<DebouncerOperation>, "id" | "resendAfterMs">) =>
    void deliveries.push({ id: `d${deliveries.length + 1}`, ...delivery, resendAfterMs });
  const messages = [0, 0];
  for (const { conversation, atMs, instance, pauseMs, copyAfterMs } of all) {
    // Ids are those of their conversation: the other one has the same.
    const key = `c${conversation + 1}/m${++messages[conversation]!}`;
    const op: DebouncerOperation = { key, do: "push", ...(pauseMs > 0 ? { pauseMs } : {}) };
    add({ op, starts: { atMs }, route: round(instance, instances) });
    if (copyAfterMs !== null) {
      add({ op, starts: { atMs: atMs + copyAfterMs }, route: round(instance + 1, instances) });
    }
  }
  return deliveries;
}

function round(from: number, instances: number): number[] {
  return Array.from({ length: instances }, (_, i) => (from + i) % instances);
}

/** Who pushes or steps the loop in a conversation that is written out: at which instance, and at which time of the run. */
export interface Said {
  readonly op: DebouncerOperation;
  readonly instance: number;
  /** A time of the run; or how long after the one before it was acknowledged. */
  readonly when: { readonly atMs: number } | { readonly afterMs: number };
}

/** A conversation as it is written: the same in every run, each sent again to the same instance until it is acknowledged. */
export function said(all: readonly Said[]): fc.Arbitrary<Delivery<DebouncerOperation>[]> {
  return fc.constant(all.map(({ op, instance, when }, i): Delivery<DebouncerOperation> => ({
    id: `d${i + 1}`,
    op,
    starts: "atMs" in when ? when : { afterAckOf: `d${i}`, afterMs: when.afterMs },
    route: [instance],
    resendAfterMs: [15],
  })));
}

/** Times for these: nobody is quiet who writes every 40 ms, and what he writes in a second is no full batch. */
export const restlessTimes = { ...claimTimes, quietMs: 80, batchMax: 40 } satisfies Promises;

/** So many messages of one conversation at one moment are more than two batches take, and so long another one goes on without a rest. */
const [floodOf, chatterMs, chatterEveryMs] = [90, 1_200, 40];

/** One conversation has more messages than a batch takes, and another one is never quiet; at all instances in turn. */
export const withoutRest: fc.Arbitrary<Delivery<DebouncerOperation>[]> = said([
  ...Array.from({ length: floodOf }, (_, i) => ({
    op: { key: `c1/m${i + 1}`, do: "push" } as const,
    instance: i % 3,
    when: { atMs: 30 },
  })),
  ...Array.from({ length: chatterMs / chatterEveryMs }, (_, i) => ({
    op: { key: `c2/m${i + 1}`, do: "push" } as const,
    instance: i % 3,
    when: { atMs: 30 + i * chatterEveryMs },
  })),
]);

/**
 * Each batch has one attempt. While it fails, another message comes; while that one is handled, somebody puts the dead letter back, and is told
 * to come again.
 */
export const duringTheLastAttempt: fc.Arbitrary<Delivery<DebouncerOperation>[]> = said([
  { op: { ...oneMessage, pauseMs: 150 }, instance: 0, when: { atMs: 0 } },
  { op: failedAttempt, instance: 0, when: { afterMs: 0 } },
  { op: { key: "c1/m2", do: "push", pauseMs: 200 }, instance: 1, when: { atMs: 140 } },
  { op: { ...oneTurn, key: "c1/turn2" }, instance: 1, when: { atMs: 280 } },
  { op: oneReview, instance: 0, when: { atMs: 430 } },
  { op: { ...oneTurn, key: "c1/turn3" }, instance: 1, when: { afterMs: 0 } },
]);

/** A turn whose handler fails at the first attempt: whoever is told that nothing is left does not come again. */
export const failingOnce: fc.Arbitrary<Delivery<DebouncerOperation>[]> = said([
  { op: oneMessage, instance: 0, when: { atMs: 0 } },
  { op: { ...lastAttempt, failsUpTo: 1 }, instance: 1, when: { afterMs: 0 } },
]);

/** A batch dies of its only attempt after its effect was committed; somebody puts it back, and it is handled again. */
export const putBackAfterItsEffect: fc.Arbitrary<Delivery<DebouncerOperation>[]> = said([
  { op: oneMessage, instance: 0, when: { atMs: 0 } },
  { op: { ...lastAttempt, failsLate: true }, instance: 1, when: { afterMs: 0 } },
  { op: oneReview, instance: 0, when: { afterMs: 0 } },
  { op: { ...oneTurn, key: "c1/turn2" }, instance: 1, when: { afterMs: 0 } },
]);
