/**
 * Seeds and shards: stable, in range, complete.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { derivedSeed, seedMax, shardOf } from "./seed.ts";

Deno.test("derivedSeed() gives the same seed for the same parent and name, in range", () => {
  fc.assert(fc.property(fc.nat(seedMax), fc.string(), (seed, name) => {
    const derived = derivedSeed(seed, name);
    assert.equal(derived, derivedSeed(seed, name));
    assert.ok(Number.isInteger(derived) && derived >= 0 && derived <= seedMax);
  }));
});

Deno.test("derivedSeed() gives different names different seeds", () => {
  const seeds = new Set(Array.from({ length: 1000 }, (_, i) => derivedSeed(42, `plan ${i}`)));
  assert.equal(seeds.size, 1000);
});

Deno.test("shardOf() puts every name into exactly one shard, whatever their number", () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), (name, shards) => {
    const holding = Array.from({ length: shards }, (_, i) => i).filter((i) => shardOf(name, shards) === i);
    assert.equal(holding.length, 1);
  }));
});
