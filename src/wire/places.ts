/**
 * Counts the places of conversations and knows what is to happen at them. A place is counted from the moment at which its operation
 * began, so each operation under way counts for itself. Pure: the flows ask, and do what they are told.
 */

import { describePlace, type Direction, type MessagePlace, type Place, type Service } from "../core/place.ts";

/** Something that waits for a message: a cut strikes there, a hold stops it. */
export interface Armed {
  readonly operation: string;
  readonly place: MessagePlace & { readonly byte?: Place["byte"] };
  /** Undefined: a cut. */
  readonly hold: Holding | undefined;
  /** A cut struck: what happened, in words. */
  readonly struck: ((what: string) => void) | undefined;
}

/** Where a message is held. */
export interface Held {
  readonly connection: number;
  readonly backendPid: number | undefined;
}

/** A hold, seen from the flow that it stops. */
export interface Holding {
  /** The message begins, and is stopped until `release` is called. */
  met(release: () => void): void;
  /** The message has come whole (or its sender is gone) and waits. */
  arrived(where: Held): void;
}

interface Counted {
  readonly ordinal: number;
  readonly up: Map<string, number>;
  readonly down: Map<string, number>;
}

/** All conversations of one link. */
export class Places {
  readonly #service: Service;
  /** Operations whose conversation goes on: those under way, and those that ended since the last one began. */
  readonly #conversations = new Map<string, Map<object, Counted>>();
  readonly #underWay = new Set<string>();
  readonly #armed = new Set<Armed>();

  constructor(service: Service) {
    this.#service = service;
  }

  /** The operation under way, if there is exactly one. */
  operation: string | undefined;

  /** Counting for this operation starts here. Messages that come after an operation's end still count for it until the next begins. */
  begin(operation: string): void {
    for (const other of this.#conversations.keys()) if (!this.#underWay.has(other)) this.#conversations.delete(other);
    this.#conversations.set(operation, new Map());
    this.#underWay.add(operation);
    this.#only();
  }

  end(operation: string): void {
    this.#underWay.delete(operation);
    this.#only();
  }

  /** Forgets all: a new run begins. */
  clear(): void {
    this.#conversations.clear();
    this.#underWay.clear();
    this.#armed.clear();
    this.#only();
  }

  arm(armed: Armed): void {
    this.#armed.add(armed);
  }

  disarm(armed: Armed): void {
    this.#armed.delete(armed);
  }

  /** Counts a message whose turn it is to pass, and takes out what was armed for it. Undefined (nearly always): let it pass. */
  meet(connection: object, direction: Direction, message: string): Armed[] | undefined {
    let met: Armed[] | undefined;
    for (const [operation, conversation] of this.#conversations) {
      let counted = conversation.get(connection);
      if (!counted) {
        conversation.set(connection, counted = { ordinal: conversation.size, up: new Map(), down: new Map() });
      }
      const nth = counted[direction].get(message) ?? 0;
      counted[direction].set(message, nth + 1);
      for (const armed of this.#armed) {
        const place = armed.place;
        const here = armed.operation === operation && place.service === this.#service &&
          place.connection === counted.ordinal &&
          place.direction === direction && place.message === message && place.nth === nth;
        if (!here) continue;
        this.#armed.delete(armed);
        (met ??= []).push(armed);
      }
    }
    return met;
  }

  #only(): void {
    this.operation = this.#underWay.size === 1 ? [...this.#underWay][0] : undefined;
  }
}

/** Bytes of a message of this length that a cut lets through. A number beyond the message counts as its end. */
export function bytesBefore(byte: Place["byte"], length: number): number {
  if (byte === "end") return length;
  if (byte === "middle") return Math.floor(length / 2);
  return Math.min(Math.max(0, byte), length);
}

/**
 * A cut in words: `3 of 26 bytes of postgres#0 up Bind[0] let through, then both directions closed`. `Infinity`: it struck before
 * the message had told its length.
 */
export function describeCut(place: MessagePlace, passed: number, length: number): string {
  const of = Number.isFinite(length) ? `${passed} of ${length}` : `the first ${passed}`;
  return `${of} bytes of ${describePlace(place)} let through, then both directions closed`;
}
