/**
 * What the wire records of made commands to Redis: a request and its reply, as one connection of each instance carries them. A
 * sibling is `made_conversation.ts`, for statements to Postgres.
 */

import type { Entry } from "../core/history.ts";

/** A command as it passes. */
export interface MadeRequest {
  readonly instance: number;
  readonly atMs: number;
  readonly message: string;
  /** The one operation under way, if there is only one. */
  readonly operation: string | undefined;
}

/** The roads of all instances to one Redis. */
export class MadeRoad {
  readonly #timed: Entry[];
  #requests = 0;

  constructor(timed: Entry[]) {
    this.#timed = timed;
  }

  /** A command and its reply, which is an error, or none at all if it is lost. */
  exchange({ instance, atMs, message, operation }: MadeRequest, reply: string, repliedMs: number): void {
    const request = ++this.#requests;
    const about = { type: "message", instance, service: "redis", connection: instance, bytes: 60, request } as const;
    const of = operation === undefined ? {} : { operation };
    this.#timed.push({ ...about, atMs, direction: "up", message, ...of });
    if (reply === "lost") return;
    const error = reply === "Error";
    this.#timed.push({ ...about, atMs: repliedMs, direction: "down", message: reply, last: true, error, ...of });
  }
}
