/**
 * Bandwidth: the road lets through only so many bytes in a second, in both directions.
 *
 * Toxiproxy holds a chunk back for as long as its bytes take at that rate (a kilobyte is 1,000 bytes), and sends what
 * takes longer than 100 ms in pieces of 100 ms. The severity is a rate, so here the larger value is the milder one.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** Kilobytes that pass in a second, in each direction; the same as bytes in a millisecond. */
export interface BandwidthSeverity {
  readonly kilobytesPerSecond: number;
}

/** Above this a short request and its reply take hardly longer than on a free road, so it could not be confirmed. */
const rateMax = 8;

/** The wire's clock and Toxiproxy's start at slightly different moments of the same message. */
const toleranceMs = 1;

/** How long to wait for a reply that is under way when the evidence is asked for. */
const underWayMs = 300;

const lookEveryMs = 5;

/** Narrows the road in both directions. */
export const bandwidth: Fault<BandwidthSeverity> = {
  name: "bandwidth",
  story: "The road lets through only a few kilobytes in a second",
  severity: fc.record({
    kilobytesPerSecond: fc.integer({ min: 0, max: rateMax - 1 }).map((narrower) => rateMax - narrower),
  }, { noNullPrototype: true }),
  async inject(target, { kilobytesPerSecond: rate }) {
    await using undo = new AsyncDisposableStack();
    const watches: ReturnType<Link["watch"]>[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      undo.use(await link.addToxic({ type: "bandwidth", stream: "downstream", attributes: { rate } }));
      undo.use(await link.addToxic({ type: "bandwidth", stream: "upstream", attributes: { rate } }));
      watches.push(link.watch());
    }
    const cure = undo.move();
    return {
      evidence: () => wait(() => watches.map((watch) => watch.traffic()), rate),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** A reply that is late because of this fault may well be later than its window: it is waited for. */
async function wait(look: () => readonly Traffic[], rate: number): Promise<Evidence> {
  const deadline = performance.now() + underWayMs;
  while (true) {
    const traffic = look();
    const evidence = evidenceOf(traffic, rate);
    if (evidence.confirmed || performance.now() > deadline || traffic.every((t) => t.unanswered === 0)) return evidence;
    await pause(lookEveryMs);
  }
}

/**
 * That few bytes passed in a long time shows nothing: perhaps nobody asked. That a reply came no sooner than the bytes of
 * a request and a reply take at this rate does.
 */
function evidenceOf(traffic: readonly Traffic[], rate: number): Evidence {
  if (traffic.every((t) => t.bytesUp + t.bytesDown === 0)) {
    return { confirmed: false, what: "nothing was on the road" };
  }
  const answered = traffic.filter((t) => t.slowestReplyMs !== undefined);
  if (answered.length === 0) return { confirmed: false, what: "no request was answered while the road was narrow" };
  const shown = answered.map((t) => ({ tookMs: t.slowestReplyMs!, bytes: bytesOfReply(t) }));
  const slow = shown.find(({ tookMs, bytes }) => tookMs >= bytes / rate - toleranceMs);
  const { tookMs, bytes } = slow ?? shown[0]!;
  return {
    confirmed: slow !== undefined,
    what: `the slowest reply took ${Math.round(tookMs)} ms, for about ${Math.round(bytes)} bytes at ${rate} kB/s`,
  };
}

/** Bytes up and down for one reply, on average and never too many: a reply comes in at least one chunk. */
function bytesOfReply({ bytesUp, bytesDown, chunksDown, unanswered }: Traffic): number {
  return bytesUp / (chunksDown + unanswered) + bytesDown / chunksDown;
}
