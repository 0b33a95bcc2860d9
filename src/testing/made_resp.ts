/**
 * What a Redis and its client might say, made of bytes: commands, and drawn values of every type of RESP 2 and 3, each with
 * what a reader of the protocol has to find in it. A sibling makes messages of Postgres.
 */

import { Buffer } from "node:buffer";
import fc from "fast-check";

/** A value as it lies on the road. */
export interface MadeValue {
  readonly bytes: Buffer;
  /** As the specification calls its type. */
  readonly name: string;
  /** It is an error, or holds one. */
  readonly failed: boolean;
}

/** A command as drivers send it: an array of strings. */
export function command(...words: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...words.map(bulk)]);
}

/** A string with its length. */
export function bulk(word: string | Uint8Array): Buffer {
  const bytes = Buffer.from(word as string);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** An array of anything that is made already: `array(bulk("a"), ":1\r\n")`. */
export function array(...items: readonly (string | Uint8Array)[]): Buffer {
  return aggregate("*", items);
}

/** As `array`, with another type: `>` is a push. */
export function aggregate(type: string, items: readonly (string | Uint8Array)[]): Buffer {
  const pairs = type === "%" || type === "|";
  const count = pairs ? items.length / 2 : items.length;
  return Buffer.concat([Buffer.from(`${type}${count}\r\n`), ...items.map((item) => Buffer.from(item as string))]);
}

const line = (type: string, text: string) => Buffer.from(`${type}${text}\r\n`);
const made = (name: string, bytes: Buffer, failed = false): MadeValue => ({ name, bytes, failed });
const text = fc.string({ maxLength: 20, unit: fc.constantFrom(..."abc XYZ:$*-_0123") });
const contents = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

const simple: fc.Arbitrary<MadeValue> = fc.oneof(
  text.map((t) => made("SimpleString", line("+", t))),
  text.map((t) => made("Error", line("-", `ERR ${t}`), true)),
  fc.integer().map((n) => made("Integer", line(":", String(n)))),
  contents.map((c) => made("BulkString", bulk(c))),
  fc.constantFrom("$-1\r\n", "*-1\r\n", "_\r\n").map((null_) => made("Null", Buffer.from(null_))),
  fc.boolean().map((b) => made("Boolean", line("#", b ? "t" : "f"))),
  fc.oneof(fc.double().map(String), fc.constantFrom("inf", "-inf", "nan")).map((n) => made("Double", line(",", n))),
  fc.bigInt().map((n) => made("BigNumber", line("(", String(n)))),
  contents.map((c) => made("BulkError", Buffer.concat([Buffer.from("!"), bulk(c).subarray(1)]), true)),
  contents.map((c) => made("VerbatimString", Buffer.concat([Buffer.from("="), bulk(`txt:${c}`).subarray(1)]))),
  fc.array(contents.filter((c) => c.length > 0), { maxLength: 4 }).map((pieces) =>
    made(
      "BulkString",
      Buffer.concat([
        Buffer.from("$?\r\n"),
        ...pieces.flatMap((piece) => [Buffer.from(";"), bulk(piece).subarray(1)]),
        Buffer.from(";0\r\n"),
      ]),
    )
  ),
);

const types = [["Array", "*"], ["Set", "~"], ["Push", ">"], ["Map", "%"]] as const;

/** Values of every type, in one another up to four deep; a push only at the top, as the protocol has it. */
export const value: fc.Arbitrary<MadeValue> = fc.letrec<{ value: MadeValue; items: MadeValue[] }>((tie) => ({
  items: fc.array(tie("value"), { maxLength: 5 }),
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    { weight: 4, arbitrary: simple },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...types), tie("items"), fc.constantFrom("counted", "streamed", "described"))
        .map(
          ([[name, type], items, how]) => aggregated(name, type, items, how),
        ),
    },
  ),
})).value;

function aggregated(name: string, type: string, drawn: readonly MadeValue[], how: string): MadeValue {
  const items = type === "%" && drawn.length % 2 === 1 ? drawn.slice(1) : drawn;
  const failed = items.some((item) => item.failed);
  const bytes = items.map((item) => item.bytes);
  if (how === "streamed" && type !== ">") {
    return made(name, Buffer.concat([Buffer.from(`${type}?\r\n`), ...bytes, Buffer.from(".\r\n")]), failed);
  }
  // An attribute may stand before any value within another, and counts for none.
  if (how === "described" && bytes[0]) bytes[0] = Buffer.concat([aggregate("|", ["+a\r\n", ":1\r\n"]), bytes[0]]);
  return made(name, aggregate(type, bytes), failed);
}
