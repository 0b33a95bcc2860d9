/**
 * The message whose bytes are passing: how long it is, as far as its bytes have told, where a cut strikes in it, and what is kept of
 * it for its meaning. It passes nothing itself; that is the flow's.
 */

import { Buffer } from "node:buffer";
import type { Direction } from "../core/place.ts";
import type { Framing, Head } from "./framing.ts";
import { type Armed, bytesBefore } from "./places.ts";

const nothing: Buffer = Buffer.alloc(0);

/**
 * A cut in the middle needs the length. So many bytes are kept at most until it is known; of a message that does not tell by then,
 * the middle is that of so many bytes.
 */
export const awaitedBytesMax = 64 << 20;

/** One message on its way. */
export class PassingMessage {
  readonly #framing: Framing;
  readonly #direction: Direction;
  head: Head;
  /** Bytes of the whole message; `Infinity` as long as nobody knows. */
  length: number;
  #lengthKnown: boolean;
  /** How many of its bytes were read to find its end: those that passed, and those that wait. */
  #measured: number;
  passed = 0;
  readonly cut: Armed | undefined;
  /** After so many bytes the cut strikes; undefined as long as it takes the length to tell. */
  cutAt: number | undefined;
  #kept: Buffer | undefined;
  /** Those who hold it know that it is here. */
  announced = false;
  /** That it is endless was told. */
  endlessTold = false;
  /** It was told what it is. */
  told = false;

  /** `bytes`: how many of it are at hand. */
  constructor(
    of: { framing: Framing; direction: Direction; head: Head; bytes: number; met: readonly Armed[] | undefined },
  ) {
    this.#framing = of.framing;
    this.#direction = of.direction;
    this.head = of.head;
    this.length = of.head.length ?? Infinity;
    this.#lengthKnown = of.head.length !== undefined;
    this.#measured = of.bytes;
    this.cut = of.met?.find((armed) => !armed.hold);
    this.cutAt = this.#aim();
  }

  /** So many of its last bytes are waited for by nobody. */
  get spare(): number {
    return this.#framing.spare?.(this.#direction, this.head) ?? 0;
  }

  /** Bytes of it are here, passing or waiting; the one at `from` is its `nth`. If they make no sense, it is endless from here on. */
  read(bytes: Buffer, from: number, nth: number): void {
    if (this.#lengthKnown) return;
    const unread = from + Math.max(0, this.#measured - nth);
    if (unread >= bytes.length) return;
    const found = this.#framing.measure!(this.#direction, bytes, unread);
    this.#measured += bytes.length - unread;
    if (found === "more") return;
    if (typeof found === "number") this.length = found;
    else this.head = found;
    this.#lengthKnown = true;
    this.cutAt = this.#aim();
  }

  /** Nobody waits for the length any longer: all that will ever come is here, or more than can be kept. */
  lengthUnknowable(bytes: number): void {
    this.cutAt = bytes < awaitedBytesMax ? Infinity : awaitedBytesMax >>> 1;
  }

  /** Bytes of it pass. The beginning of a message that comes in pieces is kept. */
  pass(chunk: Buffer, start: number, end: number): void {
    const { inspectBytes } = this.head;
    if (this.passed < inspectBytes && (this.passed > 0 || end - start < this.length)) {
      this.#kept ??= Buffer.alloc(Math.min(inspectBytes, this.length));
      chunk.copy(this.#kept, this.passed, start, end);
    }
    this.passed += end - start;
  }

  /** As much of its beginning as its meaning wants to see, once it has passed whole; `piece` is the last of it. */
  first(piece: Buffer): Buffer {
    const { inspectBytes } = this.head;
    if (inspectBytes === 0) return nothing;
    return this.#kept?.subarray(0, this.length) ?? piece.subarray(0, inspectBytes);
  }

  #aim(): number | undefined {
    const byte = this.cut?.place.byte;
    if (byte === undefined) return Infinity;
    return byte === "middle" && !this.#lengthKnown ? undefined : bytesBefore(byte, this.length);
  }
}
