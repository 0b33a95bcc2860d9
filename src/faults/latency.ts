/**
 * Latency: whatever is on the road arrives later, by an exact time in each direction.
 *
 * The two directions are drawn apart, for they hurt differently: a late request arrives after its sender has given up, a
 * late reply is known to the store long before it is known to the instance. Toxiproxy's own jitter stays at 0, because its
 * dice have no seed. A sibling that changes over time is `jitter.ts`.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** How late each direction is, in ms. */
export interface LatencySeverity {
  readonly requestsMs: number;
  readonly repliesMs: number;
}

/** Less than this cannot be told from a busy machine, so it could not be confirmed. */
const repliesMsMin = 20;

const directionMsMax = 80;

/** The wire's clock and Toxiproxy's start at slightly different moments of the same message. */
const toleranceMs = 1;

/** How long to wait, beyond what was added, for a reply that is under way when the evidence is asked for. */
const underWayMs = 50;

const lookEveryMs = 5;

/** Delays requests and replies by exact times, on open and on new connections alike. */
export const latency: Fault<LatencySeverity> = {
  name: "latency",
  story: "Every request and every reply arrives late, by a fixed time in each direction",
  severity: fc.record({
    requestsMs: fc.integer({ min: 0, max: directionMsMax }),
    repliesMs: fc.integer({ min: repliesMsMin, max: directionMsMax }),
  }, { noNullPrototype: true }),
  async inject(target, { requestsMs, repliesMs }) {
    await using undo = new AsyncDisposableStack();
    const watches: ReturnType<Link["watch"]>[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      undo.use(
        await link.addToxic({ type: "latency", stream: "downstream", attributes: { latency: repliesMs, jitter: 0 } }),
      );
      undo.use(
        await link.addToxic({ type: "latency", stream: "upstream", attributes: { latency: requestsMs, jitter: 0 } }),
      );
      watches.push(link.watch());
    }
    const cure = undo.move();
    return {
      evidence: () => wait(() => watches.map((watch) => watch.traffic()), requestsMs + repliesMs),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** A reply that is late because of this fault may well be later than its window: it is waited for. */
async function wait(look: () => readonly Traffic[], addedMs: number): Promise<Evidence> {
  const deadline = performance.now() + addedMs + underWayMs;
  while (true) {
    const traffic = look();
    const evidence = evidenceOf(traffic, addedMs);
    if (evidence.confirmed || performance.now() > deadline || traffic.every((t) => t.unanswered === 0)) return evidence;
    await pause(lookEveryMs);
  }
}

function evidenceOf(traffic: readonly Traffic[], addedMs: number): Evidence {
  if (traffic.every((t) => t.bytesUp + t.bytesDown === 0)) {
    return { confirmed: false, what: "nothing was on the road" };
  }
  const slowestMs = traffic.reduce((slowest, t) => Math.max(slowest, t.slowestReplyMs ?? -1), -1);
  if (slowestMs < 0) return { confirmed: false, what: "no request was answered while latency was added" };
  return {
    confirmed: slowestMs >= addedMs - toleranceMs,
    what: `the slowest reply took ${Math.round(slowestMs)} ms, with ${addedMs} ms added`,
  };
}
