/**
 * What senders of webhooks do: the same id to several instances at the same moment, again after the acknowledgement, out
 * of order, and with another body. Arbitraries without minimums, so that shrinking finds no floor.
 */

import fc from "fast-check";
import type { Delivery } from "../core/plan.ts";
import { deadlineMs, type WebhookDelivery } from "./dedupe.ts";

/** The one event whose conversation is disturbed at every place. */
export const oneOrder: WebhookDelivery = { key: "e1", body: '{"order":1}' };

/** The waits of an impatient sender, in ms; the last one repeats. Shorter ones make a storm that is itself the only fault. */
const resendAfterMs = [15, 40, 80, 120];

interface Burst {
  readonly atMs: number;
  /** Delay of the copy to each instance, in ms; null for an instance that gets none. */
  readonly copies: readonly (number | null)[];
  readonly pauseMs: number;
  /** One more copy, so many ms after the first one was acknowledged. */
  readonly again: { readonly afterMs: number; readonly instance: number } | null;
}

/**
 * Bursts of the same id at all instances at the same moment, and duplicates after the ack; from 30 ms on, so that the first
 * faults are there before them.
 */
export function bursts(
  options: { instances?: number; withinMs?: number; pauseMsMax?: number } = {},
): fc.Arbitrary<Delivery<WebhookDelivery>[]> {
  const instances = options.instances ?? 3;
  const mostly = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 50 });
  const burst: fc.Arbitrary<Burst> = fc.record({
    atMs: fc.nat(options.withinMs ?? 60).map((ms) => 30 + ms),
    copies: fc.tuple(...Array.from({ length: instances }, () => mostly(fc.nat(2)))),
    pauseMs: fc.nat(options.pauseMsMax ?? 20),
    again: fc.option(fc.record({ afterMs: fc.nat(90), instance: fc.nat(instances - 1) }), { freq: 3 }),
  });
  // The first is nearly always there: a run without any delivery shows nothing.
  return fc.tuple(fc.option(burst, { freq: 1_000_000 }), fc.array(burst, { maxLength: 2, size: "max" }))
    .map(([first, rest]) => deliveriesOf([...(first ? [first] : []), ...rest], instances));
}

function deliveriesOf(all: readonly Burst[], instances: number): Delivery<WebhookDelivery>[] {
  const deliveries: Delivery<WebhookDelivery>[] = [];
  const add = (delivery: Omit<Delivery<WebhookDelivery>, "id" | "resendAfterMs">) => {
    const id = `d${deliveries.length + 1}`;
    deliveries.push({ id, ...delivery, resendAfterMs });
    return id;
  };
  for (const [i, { atMs, copies, pauseMs, again }] of all.entries()) {
    const op = { key: `e${i + 1}`, body: `{"order":${i + 1}}`, ...(pauseMs > 0 ? { pauseMs } : {}) };
    const ids = copies.flatMap((delayMs, instance) =>
      delayMs === null ? [] : [add({ op, starts: { atMs: atMs + delayMs }, route: round(instance, instances) })]
    );
    if (again && ids[0]) {
      add({ op, starts: { afterAckOf: ids[0], afterMs: again.afterMs }, route: round(again.instance, instances) });
    }
  }
  return deliveries;
}

function round(from: number, instances: number): number[] {
  return Array.from({ length: instances }, (_, i) => (from + i) % instances);
}

/**
 * A handler that is slower than the deadline, so that its connection is given up in the middle of the transaction, while
 * copies of the same event arrive at the other instances.
 */
export const slowHandlers: fc.Arbitrary<Delivery<WebhookDelivery>[]> = fc.record({
  instance: fc.nat(2),
  overMs: fc.integer({ min: 5, max: 60 }),
  copiesAtMs: fc.tuple(fc.nat(300), fc.nat(300)),
}).map(({ instance, overMs, copiesAtMs }) => {
  const op = { key: "e1", body: '{"order":1}' };
  const slow = { ...op, pauseMs: deadlineMs + overMs };
  return [
    { id: "d1", op: slow, starts: { atMs: 40 }, route: [instance], resendAfterMs },
    ...copiesAtMs.map((ms, i) => ({
      id: `d${i + 2}`,
      op,
      starts: { atMs: 50 + ms },
      route: round((instance + 1 + i) % 3, 3),
      resendAfterMs,
    })),
    // The road is still bad when the end of the connection that was given up arrives: the sender is not done before.
    { id: "d4", op, starts: { afterAckOf: "d1", afterMs: 150 }, route: [instance], resendAfterMs },
  ];
});

/** The same id with another body, at the same moment and after the ack. */
export const anotherBody: fc.Arbitrary<Delivery<WebhookDelivery>[]> = fc.record({
  atMs: fc.nat(5),
  instance: fc.nat(2),
  afterMs: fc.nat(20),
})
  .map(({ atMs, instance, afterMs }) => {
    const first = { key: "e1", body: '{"order":1}' };
    const other = { key: "e1", body: '{"order":1,"amount":1000000}' };
    return [
      { id: "d1", op: first, starts: { atMs: 0 }, route: round(0, 3), resendAfterMs },
      { id: "d2", op: other, starts: { atMs }, route: round(instance, 3), resendAfterMs },
      { id: "d3", op: other, starts: { afterAckOf: "d1", afterMs }, route: round(instance, 3), resendAfterMs },
      { id: "d4", op: first, starts: { afterAckOf: "d1", afterMs }, route: round(instance, 3), resendAfterMs },
    ];
  });

/** A handler with a mistake in it: each delivery of the event fails, and says how. Other events are delivered as ever. */
export const plantedErrors: fc.Arbitrary<Delivery<WebhookDelivery>[]> = fc.record({
  instance: fc.nat(2),
  plant: fc.stringMatching(/^planted [a-z]{3,12} [0-9]{1,6}$/),
})
  .map(({ instance, plant }) => [
    {
      id: "d1",
      op: { key: "e1", body: "{}", plant },
      starts: { atMs: 0 },
      route: round(instance, 3),
      resendAfterMs: [200],
    },
    { id: "d2", op: { key: "e2", body: "{}" }, starts: { atMs: 0 }, route: round(instance, 3), resendAfterMs },
  ]);

const workMs = 1_000;
const workDeadlineMs = 1_300;

/** The times of `copiesOfWork`: long, for the work goes on while the copies arrive, and nothing there may run out of time. */
export const atWork = {
  promises: { answersWithinMs: 2 * workDeadlineMs },
  options: { deadlineMs: workDeadlineMs },
};

/**
 * A handler that is at work for long, and copies of its event at the other instances early in it. Whoever was told that it is in work comes
 * again after it: a copy that came near its end would be answered with the end, for the lock is waited for a quarter of the deadline.
 */
export const copiesOfWork: fc.Arbitrary<Delivery<WebhookDelivery>[]> = fc.record({
  atMs: fc.integer({ min: 150, max: 250 }),
  instance: fc.nat(2),
}).map(({ atMs, instance }) => {
  const op = { ...oneOrder, pauseMs: workMs };
  const at = (nth: number) => [(instance + nth) % 3];
  return [
    { id: "d1", op, starts: { atMs: 0 }, route: at(0), resendAfterMs: [200] },
    { id: "d2", op, starts: { atMs }, route: at(1), resendAfterMs: [workMs] },
    { id: "d3", op, starts: { atMs: atMs + 20 }, route: at(2), resendAfterMs: [workMs] },
  ];
});
