/**
 * Finds where a value of the Redis protocol ends (RESP 2 and 3, as its specification has them), in as many pieces as it may come.
 * It reads the heads of values and jumps over their contents, so a value of 16 MiB costs as much as one of a byte.
 */

import type { Buffer } from "node:buffer";

/** What may stand at the beginning of a line, and what follows. */
const forms = { line: 1, string: 2, chunk: 3, aggregate: 4, pairs: 5, attribute: 6, end: 7 } as const;
const formOf = new Uint8Array(256);
for (
  const [form, types] of Object.entries({ line: "+-:_,#(", string: "$!=", chunk: ";", aggregate: "*~>", pairs: "%" })
) {
  for (const type of types) formOf[type.charCodeAt(0)] = forms[form as keyof typeof forms];
}
formOf[0x7c] = forms.attribute; // |
formOf[0x2e] = forms.end; // .

const cr = 0x0d;
const lf = 0x0a;
const minus = 0x2d;
const streamed = 0x3f; // ?
const errors = [0x2d, 0x21] as const; // - and !
const string = 0x24; // $

/** More than any length that a store would accept. */
const digitsMax = 15;
/** Streamed aggregates in one another; clients give up long before. */
const depthMax = 1_000;
const more = -1;
const nonsense = -2;

/** One value after the other: `begin`, then `read` with its bytes until it is known where it ends. */
export class RespScan {
  #stringsOnly = false;
  /** Values still to come, at any depth; `Infinity` within one whose end is a mark. */
  #left = 0;
  /** What is left around each of those. */
  readonly #around: number[] = [];
  /** Bytes of a string still to come, with the end of its line. */
  #skip = 0;
  #before = 0;
  #isFirst = true;
  // The line that has begun: its type (0: none has), the number it tells, and whether its end has.
  #type = 0;
  #digits = 0;
  #number = 0;
  #sign = 0;
  #ending = false;
  /** The value is an error, or holds one. */
  failed = false;

  /** A value begins; or so many strings, and nothing else. */
  begin(strings?: number): void {
    this.#stringsOnly = strings !== undefined;
    this.#left = strings ?? 1;
    this.#around.length = 0;
    this.#skip = 0;
    this.#before = 0;
    this.#isFirst = true;
    this.#type = 0;
    this.failed = false;
  }

  /** The value goes on at `from`. Gives the length of all of it, counted from where it began, as soon as it is known. */
  read(bytes: Buffer, from: number): number | "more" | "unknown" {
    let at = from;
    for (;;) {
      if (this.#left === 0) return this.#before + at - from + this.#skip;
      if (this.#skip > bytes.length - at) {
        this.#skip -= bytes.length - at;
        at = bytes.length;
      } else {
        at += this.#skip;
        this.#skip = 0;
      }
      const next = at < bytes.length ? this.#line(bytes, at) : more;
      if (next === nonsense) return "unknown";
      if (next === more) {
        this.#before += bytes.length - from;
        const left = this.#leftOfLast();
        return left === undefined ? "more" : this.#before + left;
      }
      at = next;
      if (!this.#opened()) return "unknown";
    }
  }

  /** Reads a line, or what is here of it; gives where the next one begins. */
  #line(bytes: Buffer, from: number): number {
    let at = from;
    if (this.#type === 0) {
      const type = bytes[at++]!;
      if (formOf[type] === 0 || (this.#stringsOnly && type !== string)) return nonsense;
      this.#type = type;
      this.#digits = this.#number = this.#sign = 0;
      this.#ending = false;
    }
    const counts = formOf[this.#type]! >= forms.string && formOf[this.#type] !== forms.end;
    while (at < bytes.length) {
      const byte = bytes[at++]!;
      if (this.#ending) return byte === lf ? at : nonsense;
      if (byte === cr) this.#ending = true;
      else if (counts && !this.#digit(byte)) return nonsense;
    }
    return more;
  }

  /**
   * How many bytes the value still lacks if its last line has begun and nothing else can follow: clients act before these are there,
   * so its length has to be known before. Undefined if it cannot be told yet.
   */
  #leftOfLast(): number | undefined {
    if (this.#type === 0 || this.#left !== 1 || this.#stringsOnly) return undefined;
    const form = formOf[this.#type]!;
    const isNull = this.#sign === minus && this.#digits === 1 && form !== forms.line;
    const isEmpty = this.#sign === 0 && this.#digits > 0 && this.#number === 0 &&
      (form === forms.aggregate || form === forms.pairs);
    if (!isNull && !(this.#ending && (form === forms.line || isEmpty))) return undefined;
    if (this.#type === errors[0]) this.failed = true;
    return this.#ending ? 1 : 2;
  }

  /** A digit of a number, or what may stand in its place. */
  #digit(byte: number): boolean {
    if (byte >= 0x30 && byte <= 0x39) {
      this.#number = this.#number * 10 + byte - 0x30;
      return ++this.#digits <= digitsMax && this.#sign !== streamed;
    }
    if (this.#sign !== 0 || this.#digits > 0 || (byte !== minus && byte !== streamed)) return false;
    this.#sign = byte;
    return !(byte === streamed && this.#stringsOnly);
  }

  /** A line is whole: what it opens. False if it makes no sense here. */
  #opened(): boolean {
    const form = formOf[this.#type];
    if (this.#type === errors[0] || this.#type === errors[1]) this.failed = true;
    this.#type = 0;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (form === forms.line) this.#left--;
    else if (form === forms.end) return this.#closed();
    else if (this.#digits === 0 && this.#sign !== streamed) return false;
    else if (form === forms.string || form === forms.chunk) this.#string(form);
    else return this.#aggregate(form!, isFirst);
    return true;
  }

  #string(form: number): void {
    // One that is streamed ends with an empty piece.
    if (this.#sign === streamed) return;
    if (form === forms.string || this.#number === 0) this.#left--;
    if (this.#sign !== minus && (form === forms.string || this.#number > 0)) this.#skip = this.#number + 2;
  }

  #aggregate(form: number, isFirst: boolean): boolean {
    // An attribute is no value of its own where it stands before another.
    const own = form === forms.attribute && !isFirst ? 0 : 1;
    if (this.#sign === streamed) {
      this.#around.push(this.#left - own);
      this.#left = Infinity;
      return this.#around.length <= depthMax;
    }
    const values = this.#sign === minus ? 0 : this.#number * (form === forms.aggregate ? 1 : 2);
    this.#left += values - own;
    return true;
  }

  #closed(): boolean {
    if (this.#around.length === 0) return false;
    this.#left = this.#around.pop()!;
    return true;
  }
}
