/**
 * What the wire must know of a protocol: where its messages begin and end, what they are called, and which reply belongs to which
 * request. Everything else (relay, cuts, holds, recording) is the same for all protocols. A new protocol is one more file like
 * `postgres_framing.ts`, or like `redis_framing.ts` if the beginning of a message does not tell its length.
 */

import type { Buffer } from "node:buffer";
import type { Direction } from "../core/place.ts";

/** What the beginning of a message says about it. */
export interface Head {
  /** The protocol's own name, as in `MessagePlace.message`. */
  readonly name: string;
  /**
   * Bytes of the whole message; `Infinity` if from here on the bytes cannot be divided (see `endless`); undefined if the bytes at hand
   * do not tell it: then all of them belong to this message, were read by `head`, and `measure` reads on.
   */
  readonly length: number | undefined;
  /** How many of its first bytes `meaning` wants to see; 0 if none. */
  readonly inspectBytes: number;
  /** The wire keeps the message and answers with this itself. */
  readonly answer?: Buffer;
  /** Why framing ends here: bytes that nobody understands (counted), or a conversation that cannot be divided from now on. */
  readonly endless?: "unknown" | "unframed";
}

/** What a whole message means for the conversation. */
export interface Meaning {
  /** As in `MessageEntry.request`. */
  readonly request: number;
  /** As in `MessageEntry.text`: never credentials or values of parameters. */
  readonly text?: string | undefined;
  /** Down: the last message of a reply. */
  readonly last?: boolean;
  /** Down, with `last`: the reply held an error. */
  readonly error?: boolean;
  /** Up: the store is now expected to send something. */
  readonly asks?: boolean;
}

/** One connection's protocol: made anew for each connection, fed in the order in which the messages pass. */
export interface Framing {
  /**
   * Reads the beginning of the message at `from`. `"more"`: it takes more bytes to tell. Never throws: bytes that make no sense
   * are an endless message. It may be asked again with more bytes before it said what the message is, so until its `meaning` is asked
   * it changes nothing but what it notes of this one message.
   */
  head(direction: Direction, bytes: Buffer, from: number): Head | "more";
  /**
   * Reads on in a message whose head told no length; each byte is read once, in order. Gives the length of the whole message as
   * soon as it is known, which may be long before its end; or, if the bytes make no sense, what they are from here on.
   */
  measure?(direction: Direction, bytes: Buffer, from: number): number | "more" | Head;
  /**
   * How many of the last bytes of a message its reader does without: it acts on the message before they are there. 0 by default. So
   * the message counts from then on, for what the reader does next must not seem to come before it.
   */
  spare?(direction: Direction, head: Head): number;
  /** The message has come whole; `first` begins with its first `inspectBytes` bytes (all of it if it is shorter). */
  meaning(direction: Direction, head: Head, first: Buffer): Meaning;
  /** Ordinal of the request that the next bytes from the store belong to, if they answer one. */
  readonly replying: number;
  /** The process of the store that serves this connection, once it said so. */
  readonly backendPid: number | undefined;
  /** No request is begun or unanswered, and no transaction is open. */
  readonly idle: boolean;
}
