/** Lines out of any fragments, bounded in length and number. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { FloodMeter, LineSplitter, TooMuch } from "./lines.ts";

Deno.test("however a stream is fragmented, its lines are the same", () => {
  const line = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => `<${text.replaceAll("\n", "")}>`);
  fc.assert(fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(9), { maxLength: 200 }), (lines, sizes) => {
    const bytes = new TextEncoder().encode(lines.map((each) => `${each}\n`).join(""));
    const splitter = new LineSplitter(200);
    const read: string[] = [];
    let from = 0;
    for (const size of [...sizes, bytes.length]) {
      read.push(...splitter.push(bytes.subarray(from, from + size)));
      from += size;
    }
    assert.deepEqual(read, lines);
  }));
});

Deno.test("a line may be as long as the limit and not one byte longer", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.deepEqual([...new LineSplitter(4).push(bytes("abcd\n"))], ["abcd"]);
  assert.throws(() => [...new LineSplitter(4).push(bytes("abcde\n"))], TooMuch);
  const splitter = new LineSplitter(4);
  assert.deepEqual([...splitter.push(bytes("abc"))], []);
  assert.throws(() => [...splitter.push(bytes("de"))], (error) => error instanceof TooMuch && error.excerpt === "abc");
});

Deno.test("a flood is more than the limit within one second, not over a longer time", () => {
  const meter = new FloodMeter(10, "lines");
  meter.add(10, 0);
  meter.add(10, 1_000);
  assert.throws(() => meter.add(1, 1_500), /more than 10 lines within one second/);
});
