/**
 * Slicer: replies arrive in fragments of a few bytes, so that no message comes whole.
 *
 * Toxiproxy halves a chunk until no piece is larger than the given size, and pauses after each piece. Its own variation of
 * the size stays at 0, because its dice have no seed. Only replies are cut up: a server reads any fragment, it is the
 * drivers that get it wrong. The severity is a size, so here the larger value is the milder one.
 */

import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** Pieces have at most this many bytes, and this pause in microseconds after each of them. */
export interface SlicerSeverity {
  readonly pieceBytes: number;
  readonly pauseUs: number;
}

/** The shortest replies of Redis have 4 bytes (`:1`): larger pieces could be fewer than the messages. */
const pieceBytesMax = 3;

/** Without a pause the kernel puts the pieces together again, and the instance sees no fragment. */
const pauseUsMin = 500;

const pauseUsMax = 1000;

/** Cuts replies into fragments. */
export const slicer: Fault<SlicerSeverity> = {
  name: "slicer",
  story: "Replies arrive in fragments of a few bytes",
  severity: fc.record({
    pieceBytes: fc.integer({ min: 0, max: pieceBytesMax - 1 }).map((smaller) => pieceBytesMax - smaller),
    pauseUs: fc.integer({ min: pauseUsMin, max: pauseUsMax }),
  }, { noNullPrototype: true }),
  async inject(target, { pieceBytes, pauseUs }) {
    await using undo = new AsyncDisposableStack();
    const watches: ReturnType<Link["watch"]>[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      const attributes = { average_size: pieceBytes, size_variation: 0, delay: pauseUs };
      undo.use(await link.addToxic({ type: "slicer", stream: "downstream", attributes }));
      watches.push(link.watch());
    }
    const cure = undo.move();
    return {
      evidence: () => evidenceOf(watches.map((watch) => watch.traffic())),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** More chunks than messages: at least one message came in more than one piece. */
function evidenceOf(traffic: readonly Traffic[]): Evidence {
  if (traffic.every((t) => t.bytesUp + t.bytesDown === 0)) {
    return { confirmed: false, what: "nothing was on the road" };
  }
  const sliced = traffic.find((t) => t.chunksDown > t.messagesDown);
  const shown = sliced ?? traffic.find((t) => t.chunksDown > 0);
  if (!shown) return { confirmed: false, what: "no reply came while replies were cut up" };
  const { messagesDown, chunksDown, largestChunkDownBytes } = shown;
  return {
    confirmed: sliced !== undefined,
    what: `${messagesDown} messages came in ${chunksDown} chunks of at most ${largestChunkDownBytes} bytes`,
  };
}
