/**
 * Bandwidth: the road lets through only so many bytes in a second, in both directions.
 *
 * Toxiproxy holds a chunk back for as long as its bytes take at that rate (a kilobyte is 1,000 bytes), and sends what
 * takes longer than 100 ms in pieces of 100 ms. The severity is a rate, so here the larger value is the milder one.
 */

import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** Kilobytes that pass in a second, in each direction; the same as bytes in a millisecond. */
export interface BandwidthSeverity {
  readonly kilobytesPerSecond: number;
}

/** Above this a short reply takes no longer than on a free road, so it could not be confirmed. */
const rateMax = 16;

/** A longer chunk comes in pieces of this length. */
const pieceMs = 100;

/** The wire's clock and Toxiproxy's start at slightly different moments of the same message. */
const toleranceMs = 1;

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
      evidence: () => evidenceOf(watches.map((watch) => watch.traffic()), rate),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/**
 * That few bytes passed in a long time shows nothing: perhaps nobody asked. That a reply came no sooner than its bytes
 * take at this rate does.
 */
function evidenceOf(traffic: readonly Traffic[], rate: number): Evidence {
  if (traffic.every((t) => t.bytesUp + t.bytesDown === 0)) {
    return { confirmed: false, what: "nothing was on the road" };
  }
  const answered = traffic.filter((t) => t.slowestReplyMs !== undefined);
  if (answered.length === 0) return { confirmed: false, what: "no request was answered while the road was narrow" };
  const shown = answered.map((t) => ({
    tookMs: t.slowestReplyMs!,
    needsMs: Math.min(t.largestChunkDownBytes / rate, pieceMs),
    bytes: t.largestChunkDownBytes,
  }));
  const slow = shown.find(({ tookMs, needsMs }) => tookMs >= needsMs - toleranceMs && needsMs > toleranceMs);
  const { tookMs, bytes } = slow ?? shown[0]!;
  return {
    confirmed: slow !== undefined,
    what: `the slowest reply took ${Math.round(tookMs)} ms, the largest chunk had ${bytes} bytes, at ${rate} kB/s`,
  };
}
