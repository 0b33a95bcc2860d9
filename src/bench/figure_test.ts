/** What is said of a figure: met or missed, and which of several measurements counts. */

import assert from "node:assert/strict";
import { isMet, medianOf, spreadOf } from "./figure.ts";
import { tableOf } from "./table.ts";

const ratio = { what: "the claim alone", value: 0.899, unit: "x", target: { at: "least", value: 0.9 } } as const;

Deno.test("a figure that would be rounded up to its target is missed all the same", () => {
  assert.equal(isMet(ratio), false);
  assert.match(tableOf([ratio]), /0\.899 x.*>= 0\.9 x.*missed/);
});

Deno.test("a figure on its target is met, whichever way it counts", () => {
  assert.equal(isMet({ ...ratio, value: 0.9 }), true);
  assert.equal(isMet({ what: "judged", value: 2, unit: "s", target: { at: "most", value: 2 } }), true);
});

Deno.test("a figure without a target is neither met nor missed", () => {
  assert.equal(isMet({ what: "connects", value: 240, unit: "/s" }), undefined);
});

Deno.test("the median is not moved by one wild round", () => {
  assert.equal(medianOf([1, 900, 2]), 2);
  assert.equal(medianOf([4, 1, 3, 2]), 2.5);
  assert.deepEqual(spreadOf([1, 900, 2]), { value: 2, range: { min: 1, max: 900 } });
  assert.throws(() => medianOf([]), RangeError);
});

Deno.test("the columns of the table begin where their headings do", () => {
  const lines = tableOf([ratio, { ...ratio, what: "a much longer name of a figure" }]).split("\n");
  const at = lines[0]!.indexOf("target");
  assert.deepEqual(lines.slice(1).map((line) => line.indexOf(">=")), [at, at]);
});
