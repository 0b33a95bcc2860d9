/**
 * One direction of one connection: divides the bytes that come into messages, counts each as its turn comes, and lets it pass, holds
 * it or cuts it. It knows no sockets, so it can be tested by itself; chunks pass whole wherever nothing stands in the way.
 */

import { Buffer } from "node:buffer";
import type { Direction } from "../core/place.ts";
import type { Framing, Head, Meaning } from "./framing.ts";
import { type Armed, bytesBefore, describeCut, type Held } from "./places.ts";

/** What a flow is connected to. */
export interface Ends extends Held {
  /** Counts a message whose turn it is; what is armed there. */
  meet(message: string): Armed[] | undefined;
  /** A whole message is about to be written on. */
  passing(head: Head, meaning: Meaning, bytes: number): void;
  /** The receiver has gone: what was held for it is for nobody. */
  readonly abandoned: boolean;
  /** Bytes to the receiver. */
  write(bytes: Buffer): void;
  /** Bytes back to the sender, in the receiver's place. */
  answer(bytes: Buffer): void;
  /** From here on the bytes cannot be divided. `bytes` is how many of them are at hand. */
  endless(head: Head, bytes: number): void;
  /** Nothing waits behind a held message any more: the sender may go on. */
  unblocked(): void;
  /** A cut strikes: nothing more may pass, in either direction. Called after the bytes before it were written. */
  strike(): void;
  /** All that the sender sent has passed, and it is gone. */
  finish(how: "end" | "reset"): void;
}

/** The message whose bytes are passing. */
interface Current {
  readonly head: Head;
  passed: number;
  /** The cut that waits in it, and after how many bytes. */
  readonly cut: Armed | undefined;
  readonly cutAt: number;
  /** What was kept of a message that came in pieces, for its meaning. */
  kept: Buffer | undefined;
}

const nothing: Buffer = Buffer.alloc(0);

/** One direction of a connection. */
export class Flow {
  readonly #direction: Direction;
  readonly #framing: Framing;
  readonly #ends: Ends;
  #current: Current | undefined;
  /** The beginning of a message, too short to tell what it is. */
  #rest = nothing;
  /** What waits behind a held message, which is the first of it. */
  readonly #queue: Buffer[] = [];
  readonly #holds = new Set<Armed>();
  #arrived = false;
  #ended: "end" | "reset" | undefined;
  #dead = false;
  /** Bytes that wait behind a held message. */
  queuedBytes = 0;

  constructor(direction: Direction, framing: Framing, ends: Ends) {
    this.#direction = direction;
    this.#framing = framing;
    this.#ends = ends;
  }

  /** A message is held. */
  get blocked(): boolean {
    return this.#holds.size > 0;
  }

  /** No message is on its way. */
  get still(): boolean {
    return this.#current === undefined && this.#rest.length === 0 && !this.blocked;
  }

  /** Bytes came from the sender. */
  push(chunk: Buffer): void {
    if (this.#dead) return;
    if (this.blocked) {
      this.#queue.push(chunk);
      this.queuedBytes += chunk.length;
      return this.#announce();
    }
    this.#run(chunk);
  }

  /** The sender is gone: it ended its side, or reset the connection. */
  end(how: "end" | "reset"): void {
    if (this.#dead || this.#ended) return;
    this.#ended = how;
    if (this.blocked) return this.#announce(true);
    this.#finish(how);
  }

  /** Nothing more passes; what is held is dropped. */
  kill(): void {
    this.#dead = true;
    this.#queue.length = 0;
    this.queuedBytes = 0;
    this.#holds.clear();
  }

  /** A held message may go on as soon as no other hold keeps it. What waits behind it follows. */
  #release(hold: Armed): void {
    if (!this.#holds.delete(hold) || this.blocked || this.#dead) return;
    if (this.#ends.abandoned) {
      this.kill();
      return this.#ends.finish("end");
    }
    const queue = this.#queue.splice(0);
    this.queuedBytes = 0;
    for (const chunk of queue) this.push(chunk);
    if (!this.blocked) this.#ends.unblocked();
    if (!this.#ended || this.#dead) return;
    if (this.blocked) return this.#announce(true);
    // A sender that is gone cannot reset what it asked for before: only its end is passed on, after the message.
    this.#finish("end");
  }

  #finish(how: "end" | "reset"): void {
    if (this.#rest.length > 0) this.#ends.write(this.#rest);
    this.#rest = nothing;
    this.#dead = true;
    this.#ends.finish(how);
  }

  /** Passes a chunk. `from` is where the bytes begin that were not written yet: messages that need no care are written together. */
  #run(arrived: Buffer): void {
    const chunk = this.#rest.length > 0 ? Buffer.concat([this.#rest, arrived]) : arrived;
    this.#rest = nothing;
    let from = 0;
    let at = 0;
    while (at < chunk.length) {
      if (!this.#current) {
        const head = this.#framing.head(this.#direction, chunk, at);
        if (head === "more") {
          this.#rest = chunk.subarray(at);
          break;
        }
        this.#begin(head, chunk.length - at);
        if (this.blocked) {
          this.#queue.push(chunk.subarray(at));
          this.queuedBytes = chunk.length - at;
          break;
        }
      }
      const current: Current = this.#current!;
      const start = at;
      at = start + Math.min(chunk.length - start, current.cutAt - current.passed, current.head.length - current.passed);
      this.#keep(current, chunk, start, at);
      if (current.passed === current.head.length) {
        this.#whole(current, chunk.subarray(start, at));
        if (current.head.answer) {
          this.#write(chunk, from, start);
          this.#ends.answer(current.head.answer);
          from = at;
        }
      }
      if (current.passed === current.cutAt) {
        this.#write(chunk, from, at);
        return this.#strike(current);
      }
    }
    this.#write(chunk, from, at);
    if (this.blocked) this.#announce();
  }

  #write(chunk: Buffer, from: number, to: number): void {
    if (to > from) this.#ends.write(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to));
  }

  #begin(head: Head, bytes: number): void {
    // What the wire answers itself is not on the road to the store, and no place of it.
    const met = head.endless || head.answer ? undefined : this.#ends.meet(head.name);
    if (head.endless) this.#ends.endless(head, bytes);
    const cut = met?.find((armed) => !armed.hold);
    const cutAt = cut ? bytesBefore(cut.place.byte!, head.length) : Infinity;
    this.#current = { head, passed: 0, cut, cutAt, kept: undefined };
    this.#arrived = false;
    for (const armed of met ?? []) {
      if (!armed.hold) continue;
      this.#holds.add(armed);
      armed.hold.met(() => this.#release(armed));
    }
  }

  /** Counts bytes of the current message and keeps the beginning of one that comes in pieces. */
  #keep(current: Current, chunk: Buffer, start: number, end: number): void {
    const { inspectBytes, length } = current.head;
    const inPieces = current.passed > 0 || end - start < length;
    if (inPieces && current.passed < inspectBytes) {
      const piece = chunk.subarray(start, Math.min(end, start + inspectBytes - current.passed));
      current.kept = current.kept ? Buffer.concat([current.kept, piece]) : Buffer.from(piece);
    }
    current.passed += end - start;
  }

  #whole(current: Current, piece: Buffer): void {
    const { head } = current;
    const first = head.inspectBytes === 0 ? nothing : current.kept ?? piece.subarray(0, head.inspectBytes);
    const meaning = this.#framing.meaning(this.#direction, head, first);
    if (!head.answer) this.#ends.passing(head, meaning, head.length);
    this.#current = undefined;
  }

  #strike(current: Current): void {
    this.kill();
    this.#ends.strike();
    current.cut!.struck?.(describeCut(current.cut!.place, current.passed, current.head.length));
  }

  /** Tells the holds that the message is here, once it is here whole, or all of it that will ever come. */
  #announce(force = false): void {
    if (
      this.#arrived || !(force || this.queuedBytes >= this.#current!.head.length || this.queuedBytes >= queuedBytesMax)
    ) return;
    this.#arrived = true;
    for (const armed of this.#holds) armed.hold!.arrived(this.#ends);
  }
}

/** So much waits behind a held message before its sender is made to wait; a longer message counts as held when so much of it is here. */
export const queuedBytesMax = 1 << 20;
