/**
 * A place in a conversation: where on the road between an instance and a store something is to be disturbed.
 *
 * Never a bare offset of the stream, for offsets drift (random statement names, catalogs of other lengths). A place is
 * counted from the moment at which the operation began: the n-th message of its type, on the n-th connection that carried
 * a message since then.
 */

/** A store that a subject needs. A new store is one more word here, one framing in `wire/` and one service in `platform/`. */
export type Service = "postgres" | "redis";

/** `up` is from the instance to the store, `down` the way back. */
export type Direction = "up" | "down";

/** One message of a conversation. */
export interface MessagePlace {
  readonly service: Service;
  /** Ordinal of the connection among those that carried a message since the operation began, from 0. */
  readonly connection: number;
  readonly direction: Direction;
  /**
   * The protocol's own name of the message: `Query`, `Parse`, `DataRow`, `ReadyForQuery` ... For Redis, up: the command, and the
   * script's name for EVAL and EVALSHA (`EVALSHA push`); down: the type of the reply (`Integer`, `Array`, `Error` ...).
   */
  readonly message: string;
  /** Which message of that name in that direction on that connection since the operation began, from 0. */
  readonly nth: number;
}

/** One byte boundary of a conversation: `byte` bytes of the message are let through, the rest never arrives. */
export interface Place extends MessagePlace {
  /** From 0 (before the message) to its length (after it); `"middle"` is half its length, `"end"` its length. */
  readonly byte: number | "middle" | "end";
}

/** A place in words, for labels and stable identities: `postgres#0 up Execute[1] @middle`. */
export function describePlace(place: MessagePlace & { readonly byte?: Place["byte"] }): string {
  const at = place.byte === undefined ? "" : ` @${place.byte}`;
  return `${place.service}#${place.connection} ${place.direction} ${place.message}[${place.nth}]${at}`;
}

/** True if both name the same message (bytes are not compared). */
export function sameMessage(a: MessagePlace, b: MessagePlace): boolean {
  return a.service === b.service && a.connection === b.connection && a.direction === b.direction &&
    a.message === b.message && a.nth === b.nth;
}
