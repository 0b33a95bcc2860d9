/**
 * An event as the sender delivers it, and how two deliveries are told apart: by id, and by the SHA-256 of the body, so
 * that a reused id with another body is noticed. A sibling would take the fingerprint over a canonical form of JSON.
 */

import { createHash } from "node:crypto";

/** One delivery of an event. */
export interface WebhookEvent {
  /** The sender's id of the event, the same in every resend (`webhook-id` of Standard Webhooks); 1 to 256 characters. */
  readonly id: string;
  /** The body as it arrived, before any parsing. */
  readonly body: Uint8Array | string;
}

/** An event ready for the store: its id, checked, and the SHA-256 of its body in hex. */
export interface KeyedEvent {
  readonly id: string;
  readonly fingerprint: string;
}

const idCharactersMax = 256;

/** Checks the id and takes the fingerprint. Throws a TypeError for an id that the table could not tell from another. */
export function keyed(event: WebhookEvent): KeyedEvent {
  const { id, body } = event;
  if (typeof id !== "string" || id.length === 0 || id.length > idCharactersMax) {
    throw new TypeError(`Cannot take an event: its id has to be a text of 1 to ${idCharactersMax} characters`);
  }
  // Postgres refuses NUL, and half a surrogate pair would be stored as U+FFFD: two ids would become one.
  if (/\0|\p{Surrogate}/u.test(id)) throw new TypeError("Cannot take an event: its id holds NUL or half a character");
  return { id, fingerprint: createHash("sha256").update(body).digest("hex") };
}
