/** The queue, against an array. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { Fifo } from "./fifo.ts";

Deno.test("what was put in first comes out first, whatever comes in between", () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.nat(), fc.constantFrom("shift", "clear"))), (steps) => {
    const [fifo, array] = [new Fifo<number>(), [] as number[]];
    for (const step of steps) {
      if (step === "shift") assert.equal(fifo.shift(), array.shift());
      else if (step === "clear") {
        fifo.clear();
        array.length = 0;
      } else {
        fifo.push(step as number);
        array.push(step as number);
      }
      assert.deepEqual([fifo.length, fifo.first, fifo.last], [array.length, array[0], array.at(-1)]);
    }
  }));
});

Deno.test("a long queue is emptied in time in proportion to its length", () => {
  const emptiedInMs = (length: number) => {
    const fifo = new Fifo<number>();
    for (let i = 0; i < length; i++) fifo.push(i);
    const startMs = performance.now();
    for (let i = 0; i < length; i++) assert.ok(fifo.shift() === i);
    return performance.now() - startMs;
  };
  emptiedInMs(10_000);
  assert.ok(emptiedInMs(400_000) < 40 * 4 * Math.max(emptiedInMs(100_000), 2));
  assert.equal(new Fifo().shift(), undefined);
});
