/**
 * What scripts are called. A script says its name in the first line of its text (`-- push: what it does`); EVALSHA tells only the hash of
 * the text, so names are learned from the texts that pass, by all wires of the process together: any instance may have loaded it.
 */

import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** More scripts than a store should hold; beyond that the ones learned first are forgotten. */
const scriptsMax = 10_000;
const names = new Map<string, string>();
/** Made once, for this is asked for every command: by command and hash. */
const calls = new Map<string, Map<string, string>>();

const nameLine = /^--[ \t]*([A-Za-z0-9_][\w.-]{0,63})[ \t]*(?::|\r?\n|\r?$)/;
const hash = /^[0-9a-f]{40}$/;

/** So much of a text is enough to read its name. */
export const nameLineBytesMax = 128;

/** The name that a script gives itself, if it does. `text` begins with its first line. */
export function nameIn(text: Buffer): string | undefined {
  return nameLine.exec(text.toString("latin1", 0, nameLineBytesMax))?.[1];
}

/** The hash by which EVALSHA asks for this text. */
export function hashOf(text: Buffer): string {
  return createHash("sha1").update(text).digest("hex");
}

/** A text with this name has passed. */
export function learnName(sha1: string, name: string): void {
  if (names.get(sha1) === name) return;
  if (names.size >= scriptsMax && !names.has(sha1)) {
    const oldest = names.keys().next();
    if (!oldest.done) names.delete(oldest.value);
  }
  names.set(sha1, name);
  calls.clear();
}

/** What EVALSHA (or its like) is called with this hash: `EVALSHA push`, or `EVALSHA 1a2b3c4d` if nobody saw the text. */
export function callOf(command: string, sha1: string): string {
  let known = calls.get(command);
  if (!known) calls.set(command, known = new Map());
  let call = known.get(sha1);
  if (call !== undefined) return call;
  const lower = sha1.toLowerCase();
  // What is no hash may be anything, and is not shown.
  call = `${command} ${names.get(lower) ?? (hash.test(lower) ? lower.slice(0, 8) : "?")}`;
  if (known.size >= scriptsMax) known.clear();
  known.set(sha1, call);
  return call;
}
