/**
 * One direction of one connection: divides the bytes that come into messages, counts each as its turn comes, and lets it pass, holds
 * it or cuts it. It knows no sockets, so it can be tested by itself; chunks pass whole wherever nothing stands in the way.
 */

import { Buffer } from "node:buffer";
import type { Direction } from "../core/place.ts";
import type { Framing, Head, Meaning } from "./framing.ts";
import { awaitedBytesMax, PassingMessage } from "./passing_message.ts";
import { type Armed, describeCut, type Held } from "./places.ts";

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

const nothing: Buffer = Buffer.alloc(0);

/** One direction of a connection. */
export class Flow {
  readonly #direction: Direction;
  readonly #framing: Framing;
  readonly #ends: Ends;
  #current: PassingMessage | undefined;
  /** The beginning of a message, too short to tell what it is. */
  #rest = nothing;
  /** What waits: a message that is held, or that is to be cut where only its length can tell, and all behind it. */
  readonly #queue: Buffer[] = [];
  #waitingBytes = 0;
  readonly #holds = new Set<Armed>();
  #ended: "end" | "reset" | undefined;
  #dead = false;

  constructor(direction: Direction, framing: Framing, ends: Ends) {
    this.#direction = direction;
    this.#framing = framing;
    this.#ends = ends;
  }

  /** A message is held. */
  get blocked(): boolean {
    return this.#holds.size > 0;
  }

  /** Bytes of a held message and behind it. */
  get queuedBytes(): number {
    return this.blocked ? this.#waitingBytes : 0;
  }

  /** No message is on its way. */
  get still(): boolean {
    return this.#current === undefined && this.#rest.length === 0 && !this.blocked;
  }

  /** Bytes came from the sender. */
  push(chunk: Buffer): void {
    if (this.#dead) return;
    if (this.#queue.length === 0) return this.#run(chunk);
    const current = this.#current!;
    current.read(chunk, 0, current.passed + this.#waitingBytes);
    this.#wait(chunk);
    if (this.blocked) return this.#announce();
    if (current.cutAt === undefined && this.#waitingBytes >= awaitedBytesMax) {
      current.lengthUnknowable(this.#waitingBytes);
    }
    if (current.cutAt !== undefined) this.#resume();
  }

  /** The sender is gone: it ended its side, or reset the connection. */
  end(how: "end" | "reset"): void {
    if (this.#dead || this.#ended) return;
    this.#ended = how;
    if (this.blocked) return this.#announce(true);
    this.#passAll();
    if (!this.#dead) this.#finish(how);
  }

  /** Nothing more passes; what is held is dropped. */
  kill(): void {
    this.#dead = true;
    this.#queue.length = 0;
    this.#waitingBytes = 0;
    this.#holds.clear();
  }

  /** A held message may go on as soon as no other hold keeps it. What waits behind it follows. */
  #release(hold: Armed): void {
    if (!this.#holds.delete(hold) || this.blocked || this.#dead) return;
    if (this.#ends.abandoned) {
      this.kill();
      return this.#ends.finish("end");
    }
    this.#resume();
    if (!this.blocked) this.#ends.unblocked();
    if (!this.#ended || this.#dead) return;
    if (this.blocked) return this.#announce(true);
    this.#passAll();
    // A sender that is gone cannot reset what it asked for before: only its end is passed on, after the message.
    if (!this.#dead) this.#finish("end");
  }

  #wait(chunk: Buffer): void {
    this.#queue.push(chunk);
    this.#waitingBytes += chunk.length;
  }

  #resume(): void {
    const queue = this.#queue.splice(0);
    this.#waitingBytes = 0;
    for (const chunk of queue) this.push(chunk);
  }

  /** No more will come, so nothing can be waited for. */
  #passAll(): void {
    if (this.#queue.length === 0) return;
    this.#current!.lengthUnknowable(this.#waitingBytes);
    this.#resume();
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
      }
      const current: PassingMessage = this.#current!;
      current.read(chunk, at, current.passed);
      if (this.blocked || current.cutAt === undefined) {
        this.#wait(chunk.subarray(at));
        break;
      }
      if (current.head.endless) this.#endless(current, chunk.length - at);
      const start = at;
      at = start + Math.min(chunk.length - start, current.cutAt - current.passed, current.length - current.passed);
      current.pass(chunk, start, at);
      if (current.passed >= current.length - current.spare) this.#tell(current, chunk.subarray(start, at));
      if (current.passed === current.length) {
        this.#current = undefined;
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
    const [framing, direction] = [this.#framing, this.#direction];
    this.#current = new PassingMessage({ framing, direction, head, bytes, met });
    for (const armed of met ?? []) {
      if (!armed.hold) continue;
      this.#holds.add(armed);
      armed.hold.met(() => this.#release(armed));
    }
  }

  /** From here on the bytes cannot be divided; told once, right before the first of them pass. */
  #endless(current: PassingMessage, bytes: number): void {
    if (!current.endlessTold) this.#ends.endless(current.head, bytes);
    current.endlessTold = true;
  }

  #tell(current: PassingMessage, piece: Buffer): void {
    if (current.told) return;
    current.told = true;
    const { head, length } = current;
    const meaning = this.#framing.meaning(this.#direction, head, current.first(piece));
    if (!head.answer) this.#ends.passing(head, meaning, length);
  }

  #strike(current: PassingMessage): void {
    this.kill();
    this.#ends.strike();
    current.cut!.struck?.(describeCut(current.cut!.place, current.passed, current.length));
  }

  /** Tells the holds that the message is here, once it is here whole, or all of it that will ever come. */
  #announce(force = false): void {
    const current = this.#current!;
    const here = this.#waitingBytes >= current.length || this.#waitingBytes >= queuedBytesMax || current.head.endless;
    if (current.announced || !(force || here)) return;
    current.announced = true;
    for (const armed of this.#holds) armed.hold!.arrived(this.#ends);
  }
}

/** So much waits behind a held message before its sender is made to wait; a longer message counts as held when so much of it is here. */
export const queuedBytesMax = 1 << 20;
