/**
 * What a Redis command is called, read off its first words as they lie in the stream: RESP arrays of strings, and inline commands. Pure.
 * It looks at no value: only at the words that say what is asked, and at the script that is asked for.
 */

import type { Buffer } from "node:buffer";
import { containers, scriptCommands } from "./redis_names.ts";
import { callOf, hashOf, nameIn, nameLineBytesMax } from "./script_names.ts";

/** What the beginning of a command says. */
export interface RedisCommand {
  /** `GET`, `CLIENT SETINFO`, `EVALSHA push`; `Empty` for one without words, which the store passes over in silence. */
  readonly name: string;
  /** How many words it has. */
  readonly words: number;
  /** Where its words go on, of which so many were not read. */
  readonly next: number;
  readonly left: number;
  /** What a history may show of it. */
  readonly text?: string | undefined;
  /** A script that says its name, whose text it brings. */
  readonly script?: { readonly sha1: string; readonly name: string } | undefined;
}

/** A longer script is named only if it names itself, and is not learned; so nothing longer is ever kept back to be read whole. */
export const scriptBytesMax = 256 << 10;
/** As in the server (PROTO_INLINE_MAX_SIZE). */
const inlineBytesMax = 64 << 10;
const wordBytesMax = 128;
const digitsMax = 15;
const keysDigitsMax = 7;

const array = 0x2a; // *
const string = 0x24; // $
const cr = 0x0d;
const lf = 0x0a;

/** Reads a command at `from`. `"more"`: it takes more bytes to tell what it is; `"unknown"`: it is none. */
export function commandAt(bytes: Buffer, from: number): RedisCommand | "more" | "unknown" {
  if (bytes[from] !== array) return inlineAt(bytes, from);
  const words = countAt(bytes, from + 1);
  if (typeof words === "string") return words;
  if (words.count <= 0) return { name: "Empty", words: 0, next: words.next, left: 0 };
  return new Words(bytes, words.next, words.count).command();
}

/** The words of one command, read one after the other. */
class Words {
  readonly #bytes: Buffer;
  readonly #words: number;
  #next: number;
  #left: number;
  // The word that was read last.
  #start = 0;
  #end = 0;

  constructor(bytes: Buffer, from: number, words: number) {
    this.#bytes = bytes;
    this.#next = from;
    this.#words = this.#left = words;
  }

  command(): RedisCommand | "more" | "unknown" {
    const read = this.#read(wordBytesMax);
    if (read !== "word") return read === "long" ? this.#named("?") : read;
    const name = commandName(this.#bytes, this.#start, this.#end);
    if (this.#left === 0) return this.#named(name);
    const kind = scriptCommands.get(name);
    if (kind !== undefined) return kind === "text" ? this.#withText(name) : this.#ofScript(name, kind);
    return containers.has(name) ? this.#contained(name) : this.#named(name);
  }

  #named(name: string, more?: Pick<RedisCommand, "text" | "script">): RedisCommand {
    return { name, words: this.#words, next: this.#next, left: this.#left, ...more };
  }

  /** EVAL and its kin. */
  #withText(name: string): RedisCommand | "more" | "unknown" {
    const script = this.#script();
    if (typeof script === "string") return script;
    const called = script.called === undefined ? name : `${name} ${script.called}`;
    const keys = script.isWhole ? this.#keys() : {};
    return typeof keys === "string" ? keys : this.#named(called, { ...keys, script: script.learned });
  }

  /** EVALSHA and FCALL. */
  #ofScript(name: string, kind: "hash" | "name"): RedisCommand | "more" | "unknown" {
    const read = this.#read(wordBytesMax);
    if (read !== "word") return read === "long" ? this.#named(`${name} ?`) : read;
    const word = this.#bytes.toString("latin1", this.#start, this.#end);
    const called = kind === "hash" ? callOf(name, word) : `${name} ${/^\w{1,64}$/.test(word) ? word : "?"}`;
    const keys = this.#keys();
    return typeof keys === "string" ? keys : this.#named(called, keys);
  }

  #contained(name: string): RedisCommand | "more" | "unknown" {
    const read = this.#read(wordBytesMax);
    if (read !== "word") return read === "long" ? this.#named(name) : read;
    const sub = commandName(this.#bytes, this.#start, this.#end);
    const called = sub === "?" ? name : `${name} ${sub}`;
    if (called === "SCRIPT LOAD" && this.#left > 0) {
      const script = this.#script();
      if (typeof script === "string") return script;
      return this.#named(called, { text: script.called, script: script.learned });
    }
    if (called !== "CLIENT REPLY" || this.#left === 0) return this.#named(called);
    const mode = this.#read(wordBytesMax);
    if (mode !== "word") return mode === "long" ? this.#named(called) : mode;
    return this.#named(called, { text: commandName(this.#bytes, this.#start, this.#end) });
  }

  /** The next word is a script: what it is called, and what can be learned from it. */
  #script(): { called?: string | undefined; isWhole: boolean; learned?: RedisCommand["script"] } | "more" | "unknown" {
    const read = this.#read(scriptBytesMax);
    if (read === "long") {
      if (this.#bytes.length - this.#start < nameLineBytesMax) return "more";
      return { called: nameIn(this.#bytes.subarray(this.#start)), isWhole: false };
    }
    if (read !== "word") return read;
    const text = this.#bytes.subarray(this.#start, this.#end);
    const sha1 = hashOf(text);
    const name = nameIn(text);
    if (name === undefined) return { called: sha1.slice(0, 8), isWhole: true };
    return { called: name, isWhole: true, learned: { sha1, name } };
  }

  /** The next word is a number of keys. */
  #keys(): { text?: string | undefined } | "more" | "unknown" {
    const read = this.#left === 0 ? "long" : this.#read(wordBytesMax);
    if (read !== "word") return read === "long" ? {} : read;
    return { text: keysText(this.#bytes, this.#start, this.#end) };
  }

  /** Reads the next word, if it is here and not too long: then it stays unread. */
  #read(bytesMax: number): "word" | "long" | "more" | "unknown" {
    if (this.#next >= this.#bytes.length) return "more";
    if (this.#bytes[this.#next] !== string) return "unknown";
    const length = countAt(this.#bytes, this.#next + 1);
    if (typeof length === "string") return length;
    if (length.count < 0) return "unknown";
    this.#start = length.next;
    this.#end = length.next + length.count;
    if (length.count > bytesMax) return "long";
    if (this.#end + 2 > this.#bytes.length) return "more";
    this.#next = this.#end + 2;
    this.#left--;
    return "word";
  }
}

/** One line, as typed by hand. */
function inlineAt(bytes: Buffer, from: number): RedisCommand | "more" | "unknown" {
  const first = bytes[from]!;
  const isText = (first >= 0x20 && first < 0x7f) || first === cr || first === lf || first === 0x09;
  if (!isText) return "unknown";
  const end = bytes.indexOf(lf, from);
  if (end < 0) return bytes.length - from > inlineBytesMax ? "unknown" : "more";
  const words = bytes.toString("latin1", from, Math.min(end, from + inlineBytesMax)).trim().split(/\s+/);
  const is = { words: words.length, next: end + 1, left: 0 };
  const name = shown(words[0]!);
  if (words[0] === "") return { ...is, name: "Empty", words: 0 };
  if (words.length === 1) return { ...is, name };
  const kind = scriptCommands.get(name);
  // Quotes are not read, so the text of a script remains unknown.
  if (kind !== undefined) return { ...is, name: kind === "hash" ? callOf(name, words[1]!) : name };
  const sub = containers.has(name) ? shown(words[1]!) : "?";
  if (sub === "?") return { ...is, name };
  const text = name === "CLIENT" && sub === "REPLY" && words[2] !== undefined ? shown(words[2]) : undefined;
  return { ...is, name: `${name} ${sub}`, text };
}

/** A number and the end of its line. */
function countAt(bytes: Buffer, from: number): { count: number; next: number } | "more" | "unknown" {
  const isNegative = bytes[from] === 0x2d;
  let count = 0;
  for (let at = isNegative ? from + 1 : from; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === cr) {
      if (at === (isNegative ? from + 1 : from)) return "unknown";
      if (at + 1 >= bytes.length) return "more";
      return bytes[at + 1] === lf ? { count: isNegative ? -count : count, next: at + 2 } : "unknown";
    }
    if (byte < 0x30 || byte > 0x39 || at - from > digitsMax) return "unknown";
    count = count * 10 + byte - 0x30;
  }
  return "more";
}

/** `2 keys`; undefined if the word is no number of keys. */
function keysText(bytes: Buffer, start: number, end: number): string | undefined {
  if (end === start || end - start > keysDigitsMax) return undefined;
  let keys = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    keys = keys * 10 + digit;
  }
  return keys === 1 ? "1 key" : `${keys} keys`;
}

const commandNames = new Map<string, string>();
const commandNamesMax = 2_000;

function commandName(bytes: Buffer, start: number, end: number): string {
  return shown(bytes.toString("latin1", start, end));
}

/** A word in capitals if it looks like a command's; what does not may be anything, and is not shown. */
function shown(word: string): string {
  const known = commandNames.get(word);
  if (known !== undefined) return known;
  const name = /^[A-Za-z][\w.|-]{0,31}$/.test(word) ? word.toUpperCase() : "?";
  if (commandNames.size >= commandNamesMax) commandNames.clear();
  commandNames.set(word, name);
  return name;
}
