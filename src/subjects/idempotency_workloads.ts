/**
 * What queues and clients do to workers: the same task to several of them at the same moment, one after the other, and again after it was
 * done. Arbitraries without minimums, so that shrinking finds no floor. Bursts are the same for tasks as for webhooks, and taken from there.
 */

import fc from "fast-check";
import type { Delivery } from "../core/plan.ts";
import { anotherBody, bursts as burstsOfEvents } from "./dedupe_workloads.ts";
import { claimTimes, longTaskMs, renewedTaskMs, type TaskRun } from "./idempotency.ts";

/** The one task whose conversation is disturbed at every place. */
export const oneTask: TaskRun = { key: "t1", body: '{"invoice":1}' };

/** One that takes longer than its lease, which is renewed once meanwhile. */
export const oneLongTask: TaskRun = { ...oneTask, pauseMs: renewedTaskMs };

/** One that fails when it is run first: it is given back, and run again at once. */
export const oneFailingTask: TaskRun = { ...oneTask, failsFirst: true };

/** Bursts of the same task at all workers at the same moment, and again after it was acknowledged. */
export const bursts: (
  options?: { instances?: number; withinMs?: number; pauseMsMax?: number },
) => fc.Arbitrary<Delivery<TaskRun>[]> = burstsOfEvents;

/** The same key with another input, at the same moment and when it is done. */
export const anotherInput: fc.Arbitrary<Delivery<TaskRun>[]> = anotherBody;

const workers = 3;

/** The waits of a queue before it hands a task out again, in ms; the last one repeats. */
const resendAfterMs = [15, 40, 80, 120];

/** One task, as every worker gets it. */
interface Handed {
  /** The wait after the one before it was acknowledged to this worker. */
  readonly afterMs: number;
  readonly pauseMs: number;
}

/**
 * Every worker is handed the same tasks in the same order, one after the other, so they meet at most of them. Each waits for its own
 * acknowledgement alone: whoever is held up by a fault holds up nobody else, and something is under way on every road, also when a fault
 * takes its time to get ready.
 */
export function queue(
  { tasks, afterMsMax, pauseMsMax }: { tasks: number; afterMsMax: number; pauseMsMax: number },
): fc.Arbitrary<Delivery<TaskRun>[]> {
  const handed: fc.Arbitrary<Handed> = fc.record({ afterMs: fc.nat(afterMsMax), pauseMs: fc.nat(pauseMsMax) });
  return fc.tuple(...Array.from({ length: tasks }, () => fc.option(handed, { freq: 50 })))
    .map((all) => all.filter((one) => one !== null).flatMap(toEveryWorker));
}

function toEveryWorker({ afterMs, pauseMs }: Handed, n: number): Delivery<TaskRun>[] {
  const op = { key: `t${n + 1}`, body: `{"invoice":${n + 1}}`, ...(pauseMs > 0 ? { pauseMs } : {}) };
  return Array.from({ length: workers }, (_, worker) => ({
    id: `d${n + 1}_${worker + 1}`,
    op,
    starts: n === 0 ? { atMs: afterMs } : { afterAckOf: `d${n}_${worker + 1}`, afterMs },
    route: [worker],
    resendAfterMs,
  }));
}

/** A queue that hands out each of so many tasks a second time, `afterMs` after it was done; every worker has tasks of its own. */
export function askedForAgain(
  { tasks, afterMs }: { tasks: number; afterMs: number },
): fc.Arbitrary<Delivery<TaskRun>[]> {
  return fc.constant(
    Array.from({ length: tasks }, (_, i): Delivery<TaskRun>[] => {
      const shared = {
        op: { key: `t${i + 1}`, body: `{"invoice":${i + 1}}` },
        route: [i % workers],
        resendAfterMs: [20],
      };
      const before = `d${i + 1 - workers}`;
      return [
        { ...shared, id: `d${i + 1}`, starts: i < workers ? { atMs: 0 } : { afterAckOf: before, afterMs: 2 } },
        { ...shared, id: `d${i + 1}_again`, starts: { afterAckOf: `d${i + 1}`, afterMs } },
      ];
    }).flat(),
  );
}

const longTask: TaskRun = { ...oneTask, pauseMs: longTaskMs };

/** One task that takes several leases, for which all workers come again and again until it is done; and one of them once more. */
export const longForAll: fc.Arbitrary<Delivery<TaskRun>[]> = fc.constant([
  ...Array.from({ length: workers }, (_, worker): Delivery<TaskRun> => ({
    id: `d${worker + 1}`,
    op: longTask,
    starts: { atMs: 0 },
    route: [worker],
    resendAfterMs: [25],
  })),
  { id: "d1_again", op: longTask, starts: { afterAckOf: "d1", afterMs: 0 }, route: [workers - 1], resendAfterMs: [25] },
]);

/** Tasks that fail first, of each worker its own, one after the other; each is asked for at the next worker when it is done. */
export function failingFirst({ tasks }: { tasks: number }): fc.Arbitrary<Delivery<TaskRun>[]> {
  return fc.constant(
    Array.from({ length: tasks }, (_, i): Delivery<TaskRun>[] => {
      const op = { key: `t${i + 1}`, body: `{"invoice":${i + 1}}`, failsFirst: true };
      const [id, worker] = [`d${i + 1}`, i % workers];
      const starts = i < workers ? { atMs: 0 } : { afterAckOf: `d${i + 1 - workers}`, afterMs: 0 };
      const next = [(worker + 1) % workers];
      return [
        { id, op, starts, route: [worker, ...next], resendAfterMs },
        { id: `${id}_again`, op, starts: { afterAckOf: id, afterMs: 0 }, route: next, resendAfterMs },
      ];
    }).flat(),
  );
}

const { leaseMs } = claimTimes;

/**
 * Workers that take longer than their lease and do not hear that it is over. Worker 0 has each task first, and worker 1 takes it over: it
 * comes every few moments, and the first one again only long after. Two tasks, because an overtaken worker can be late in two ways: with
 * its effect while the next one is still at work, and after the next one's was made. One after the other, so that the wire can tell whose
 * each command is.
 */
export const overtakenHolders: fc.Arbitrary<Delivery<TaskRun>[]> = fc.constant([
  ...overtaken("t1", { slowMs: leaseMs + 40, nextMs: 100 }),
  ...overtaken("t2", { slowMs: leaseMs + 150, nextMs: 0 }, "d_t1"),
]);

function overtaken(
  key: string,
  { slowMs, nextMs }: { slowMs: number; nextMs: number },
  after?: string,
): Delivery<TaskRun>[] {
  const op = { key, body: "{}", heedless: true };
  const starts = (ms: number) => after === undefined ? { atMs: ms } : { afterAckOf: after, afterMs: ms };
  return [
    { id: `d_${key}`, op: { ...op, pauseMs: slowMs }, starts: starts(0), route: [0], resendAfterMs: [leaseMs] },
    { id: `d_${key}_next`, op: { ...op, pauseMs: nextMs }, starts: starts(60), route: [1], resendAfterMs: [10] },
  ];
}
