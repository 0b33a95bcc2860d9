/** What is said of a figure: reached or not, and which of several measurements counts. */

import assert from "node:assert/strict";
import { isReached, medianOf, percentileOf, spreadOf } from "./figure.ts";
import { sumInWords, tableOf } from "./table.ts";

const ratio = { what: "the claim alone", value: 0.899, unit: "x", target: { at: "least", value: 0.9 } } as const;
const { value: _, ...unmeasured } = { ...ratio, notMeasured: "npm is not there" };

Deno.test("a figure that would be rounded up to its target does not reach it all the same", () => {
  assert.equal(isReached(ratio), false);
  assert.match(tableOf([ratio]), /0\.899 x.*>= 0\.9 x.*not reached/);
});

Deno.test("a figure on its target reaches it, whichever way it counts", () => {
  assert.equal(isReached({ ...ratio, value: 0.9 }), true);
  assert.equal(isReached({ what: "judged", value: 2, unit: "s", target: { at: "most", value: 2 } }), true);
});

Deno.test("a figure without a target neither reaches nor misses one", () => {
  assert.equal(isReached({ what: "connects", value: 240, unit: "/s" }), undefined);
});

Deno.test("what could not be measured says why, and does not count as reached or missed", () => {
  assert.equal(isReached(unmeasured), undefined);
  assert.match(tableOf([unmeasured]), />= 0\.9 x +not measured +npm is not there/);
  const figures = [unmeasured, ratio, { ...ratio, value: 1 }, { what: "connects", value: 240, unit: "/s" } as const];
  assert.equal(sumInWords(figures), "1 of 3 targets reached, 1 not reached, 1 not measured");
});

Deno.test("the median is not moved by one wild round", () => {
  assert.equal(medianOf([1, 900, 2]), 2);
  assert.equal(medianOf([4, 1, 3, 2]), 2.5);
  assert.deepEqual(spreadOf([1, 900, 2]), { value: 2, range: { min: 1, max: 900 } });
  assert.throws(() => medianOf([]), RangeError);
});

Deno.test("99 of 100 numbers are no more than the 99th percentile", () => {
  const numbers = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.equal(percentileOf(numbers, 99), 99);
  assert.equal(percentileOf(numbers, 50), 50);
  assert.equal(percentileOf([7], 99), 7);
  assert.throws(() => percentileOf([], 50), RangeError);
});

Deno.test("the columns of the table begin where their headings do", () => {
  const lines = tableOf([ratio, { ...ratio, what: "a much longer name of a figure" }, unmeasured]).split("\n");
  const at = lines[0]!.indexOf("to reach");
  assert.deepEqual(lines.slice(1).map((line) => line.indexOf(">=")), [at, at, at]);
});
