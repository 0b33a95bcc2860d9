/**
 * A message as it is pushed, and as it is stored: one text, so that a driver that reads replies as UTF-8 brings back what was
 * given to it. Bytes travel as base64, a third longer. A sibling would store bytes as they are, and read replies as bytes.
 */

import { Buffer } from "node:buffer";

/** What is pushed. */
export interface Message {
  /** The sender's id, the same in every repetition: 1 to 1,024 bytes of UTF-8 without NUL. */
  readonly id: string;
  /** Anything, also nothing; comes back as the type it was pushed as. */
  readonly body: string | Uint8Array;
}

/** What a handler is given. */
export interface AcceptedMessage extends Message {
  /** When it was accepted, in ms since 1970 by Redis's clock. */
  readonly acceptedAtMs: number;
}

const nameBytesMax = 1_024;

/** Checks a conversation or a message id. Throws a TypeError for one that a store could not tell from another. */
export function checkName(what: "conversation" | "message id", name: string): void {
  if (typeof name !== "string" || name.length === 0 || name.length > nameBytesMax || utf8Bytes(name) > nameBytesMax) {
    throw new TypeError(`Cannot push: the ${what} has to be a text of 1 to ${nameBytesMax} bytes of UTF-8`);
  }
  // Postgres, where the sink keeps it, refuses NUL; half a surrogate pair would be stored as U+FFFD: two names would be one.
  if (name.includes("\0") || !name.isWellFormed()) {
    throw new TypeError(`Cannot push: the ${what} holds NUL or half a character`);
  }
}

/** The message as it is stored, without the time. Throws a TypeError for one that is too long, or no text and no bytes. */
export function encode({ id, body }: Message, bodyBytesMax: number): string {
  checkName("message id", id);
  if (typeof body === "string") {
    if (body.length > bodyBytesMax || utf8Bytes(body) > bodyBytesMax) throw tooLong(utf8Bytes(body), bodyBytesMax);
    if (!body.isWellFormed()) throw new TypeError("Cannot push: the body holds half a character; push it as bytes");
    return `${id}\0t${body}`;
  }
  if (!(body instanceof Uint8Array)) throw new TypeError("Cannot push: the body has to be a text or a Uint8Array");
  if (body.byteLength > bodyBytesMax) throw tooLong(body.byteLength, bodyBytesMax);
  return `${id}\0b${Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("base64")}`;
}

/** Reads what push.lua stored: seconds, space, microseconds, space, id, NUL, `t` or `b`, body. */
export function decode(stored: string): AcceptedMessage {
  const seconds = stored.indexOf(" ");
  const micros = stored.indexOf(" ", seconds + 1);
  const nul = stored.indexOf("\0", micros);
  const body = stored.slice(nul + 2);
  return {
    id: stored.slice(micros + 1, nul),
    body: stored[nul + 1] === "t" ? body : new Uint8Array(Buffer.from(body, "base64")),
    acceptedAtMs: Number(stored.slice(0, seconds)) * 1_000 + Number(stored.slice(seconds + 1, micros)) / 1_000,
  };
}

function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

function tooLong(bytes: number, bytesMax: number): TypeError {
  return new TypeError(
    `Cannot push: the body has ${bytes} bytes, and ${bytesMax} are the most (see messageBytesMax): nothing was sent`,
  );
}
