/**
 * The order in which places are visited.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { spread } from "./cuts.ts";

Deno.test("spread() keeps every item once", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(), { maxLength: 300 }), (items) => {
    assert.deepEqual([...spread(items)].sort((a, b) => a - b), [...items].sort((a, b) => a - b));
  }));
});

Deno.test("spread() meets every stretch of an eighth within the first sixteen items", () => {
  const items = Array.from({ length: 128 }, (_, i) => i);
  const met = new Set(spread(items).slice(0, 16).map((item) => Math.floor(item / 16)));
  assert.equal(met.size, 8);
});
