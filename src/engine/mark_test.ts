/** Marks: what instances see is told apart, and what histories hold shows none. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { Mark } from "./mark.ts";

Deno.test("a run that is alone has no mark, and everything is its own", () => {
  const alone = new Mark();
  assert.equal(alone.on("e1"), "e1");
  assert.ok(alone.owns("anything"));
  assert.equal(alone.off("~1~e1"), "~1~e1");
});

Deno.test("a mark is put on and taken off, wherever a value holds it", () => {
  const mark = new Mark(3);
  const value = {
    key: mark.on("e1"),
    texts: ["event ~3~e1 is in work", 7, null],
    deep: { operation: mark.on("d1.1") },
  };
  assert.deepEqual(mark.off(value), {
    key: "e1",
    texts: ["event e1 is in work", 7, null],
    deep: { operation: "d1.1" },
  });
  assert.equal(mark.off(undefined), undefined);
});

Deno.test("a run owns what bears its mark, and nothing of another run, however many there are", () => {
  fc.assert(fc.property(fc.nat(200), fc.nat(200), fc.string(), (one, other, name) => {
    assert.equal(new Mark(one).owns(new Mark(other).on(name)), one === other);
    assert.equal(new Mark(one).off(new Mark(one).on("e1")), "e1");
  }));
});

Deno.test("an effect is the run's whose operation made it, or else whose key it has", () => {
  const mark = new Mark(1);
  assert.ok(mark.made({ key: "e1", operation: "~1~d1.1" }));
  assert.ok(mark.made({ key: "~1~e1", operation: "unknown" }));
  assert.ok(!mark.made({ key: "~2~e1", operation: "~2~d1.1" }));
});
