/**
 * The key of a task in Redis. The caller's key may be any text: it stands between braces, so that it alone says in which slot
 * of a cluster it lies, and only as it is if it is short and plain. Any other is stored as its SHA-256, marked by "#", which no
 * plain one holds; so two keys never become one, and braces, NUL and megabytes of a caller never reach a key of Redis.
 *
 * A sibling with several keys a task would put each behind the same braces.
 */

import { createHash } from "node:crypto";

const charactersMax = 2 ** 20;
const plain = /^[\w.:@/+=,~-]{1,120}$/;

/** Gives the key in Redis. Throws a TypeError for a key that is empty, longer than 1 MiB, or half a character. */
export function keyOf(prefix: string, key: string): string {
  if (typeof key !== "string" || key === "" || key.length > charactersMax) {
    throw new TypeError(`Cannot take a key: it has to be a text of 1 to ${charactersMax} characters`);
  }
  // Half a surrogate pair would be sent as U+FFFD: two keys would become one.
  if (!key.isWellFormed()) throw new TypeError("Cannot take a key: it holds half a character");
  return `${prefix}{${plain.test(key) ? key : `#${createHash("sha256").update(key).digest("base64url")}`}}`;
}
