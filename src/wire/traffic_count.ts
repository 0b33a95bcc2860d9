/**
 * Counts what goes over a link from one moment on: the evidence by which faults show that they happened. One more figure is one more
 * field here and in `core/fault.ts`.
 */

import type { Traffic } from "../core/fault.ts";
import type { Direction } from "../core/place.ts";

type Counts = { -readonly [K in Exclude<keyof Traffic, "slowestReplyMs" | "slowestCloseMs" | "unanswered">]: number };

/** Running counts of one watch. */
export class TrafficCount {
  readonly counts: Counts = {
    bytesUp: 0,
    bytesDown: 0,
    messagesUp: 0,
    messagesDown: 0,
    chunksDown: 0,
    largestChunkDownBytes: 0,
    opened: 0,
    refused: 0,
    endedByRoad: 0,
    resets: 0,
  };
  #slowestReplyMs: number | undefined;
  #slowestCloseMs: number | undefined;
  /** Requests on connections that have ended since, which will never be answered. */
  #lost = 0;

  bytes(direction: Direction, bytes: number): void {
    if (direction === "up") this.counts.bytesUp += bytes;
    else this.counts.bytesDown += bytes;
  }

  message(direction: Direction): void {
    if (direction === "up") this.counts.messagesUp++;
    else this.counts.messagesDown++;
  }

  chunk(bytes: number): void {
    this.counts.chunksDown++;
    this.counts.largestChunkDownBytes = Math.max(this.counts.largestChunkDownBytes, bytes);
  }

  replied(afterMs: number): void {
    this.#slowestReplyMs = Math.max(this.#slowestReplyMs ?? 0, afterMs);
  }

  /** One side of a connection ended so long after the other. */
  closed(afterMs: number): void {
    this.#slowestCloseMs = Math.max(this.#slowestCloseMs ?? 0, afterMs);
  }

  lost(requests: number): void {
    this.#lost += requests;
  }

  /** What was counted so far; `waiting` is the number of requests that open connections have unanswered. */
  traffic(waiting: number): Traffic {
    return {
      ...this.counts,
      slowestReplyMs: this.#slowestReplyMs,
      slowestCloseMs: this.#slowestCloseMs,
      unanswered: this.#lost + waiting,
    };
  }
}
