/** order_kept, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type View, view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeDebouncer, madeDebouncerOptions } from "../testing/made_debouncer.ts";
import { type Membership, membershipsOf } from "./batches.ts";
import { orderKept } from "./order_kept.ts";

const check = (picture: string) => orderKept.check(drawn(picture).view);

Deno.test("order_kept holds where messages stand in the order in which they were acknowledged and pushed", () => {
  const picture = `
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|
    B                                         |-push(c1/m3)-ok|
                                     *effect(c1/m1 in=b1) *effect(c1/m2 in=b1) *effect(c1/m3 in=b1)
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 2 });
});

Deno.test("order_kept is violated by two messages in the other order, and shows what proves it", () => {
  const history = drawn(`
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|
                                     *effect(c1/m2 in=b1) *effect(c1/m1 in=b1)
  `);
  const verdict = orderKept.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "c1/m2 stands before c1/m1 in batch c1 b1, although it was pushed after c1/m1 had been acknowledged to d1.1",
  );
  assert.deepEqual(told(history, verdict.evidence), ["ok d1.1", "invoke d2.1", "effect d2.1", "effect d1.1"]);
});

Deno.test("order_kept finds a pair that others stand between", () => {
  const picture = `
    A  |-push(c1/m1)-ok|    |-push(c1/m3)-ok|
    B         |-push(c1/m2)-----------ok|
                                             *effect(c1/m3 in=b1) *effect(c1/m2 in=b1) *effect(c1/m1 in=b1)
  `;
  assert.equal(check(picture).verdict, "violated");
});

Deno.test("order_kept leaves those free that overlap, and those of different batches", () => {
  const overlapping = `
    A  |-push(c1/m1)----------ok|
    B         |-push(c1/m2)-ok|
                                     *effect(c1/m2 in=b1) *effect(c1/m1 in=b1)
  `;
  assert.equal(check(overlapping).verdict, "unknown");
  const apart = `
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|
                                     *effect(c1/m2 in=b2) *effect(c1/m1 in=b1)
  `;
  assert.equal(check(apart).verdict, "unknown");
});

Deno.test("order_kept leaves a message free that has no certain place in its batch", () => {
  const picture = (effects: string) => `
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|
                                       ${effects}
  `;
  const twice = "*effect(c1/m1 in=b1 at=2) *effect(c1/m2 in=b1 at=1) *effect(c1/m1 in=b1 at=0)";
  assert.equal(check(picture(twice)).verdict, "unknown");
  const alike = `
    A  |-push(c1/m2)-fail|  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|
                                       *effect(c1/m2 in=b1 at=0) *effect(c1/m1 in=b1 at=0)
  `;
  assert.equal(check(alike).verdict, "holds");
});

Deno.test("order_kept counts from the first acknowledgement, whichever push it answered", () => {
  const picture = `
    A  |-push(c1/m1)----------------------------------ok|
    B    |-push(c1/m1)-ok|  |-push(c1/m2)-ok|
                                                      *effect(c1/m2 in=b1) *effect(c1/m1 in=b1)
  `;
  assert.equal(check(picture).verdict, "violated");
});

Deno.test("order_kept takes a push that nobody knows about for the one that may have been accepted, and no refused one", () => {
  const history = (first: string) => `
    A  |-push(c1/m2)-${first}|  |-push(c1/m1)-ok|    |-push(c1/m2)-ok|
                                     *effect(c1/m2 in=b1) *effect(c1/m1 in=b1)
  `;
  assert.equal(check(history("info")).verdict, "unknown");
  assert.equal(check(history("fail")).verdict, "violated");
});

Deno.test("order_kept leaves a message that was never acknowledged free, and a dead letter that was put back", () => {
  const never = `
    A  |-push(c1/m1)-info|  |-push(c1/m2)-ok|
                                     *effect(c1/m2 in=b1) *effect(c1/m1 in=b1)
  `;
  assert.equal(check(never).verdict, "unknown");
  const putBack = `
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|   !dead(b0 c1/m1)
                                     *effect(c1/m2 in=b1) *effect(c1/m1 in=b1)
  `;
  assert.equal(check(putBack).verdict, "unknown");
});

Deno.test("order_kept knows nothing without batches, and without quiescence", () => {
  const fine = `
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|
                                     *effect(c1/m1 in=b1) *effect(c1/m2 in=b1)   #unquiet
  `;
  assert.equal(check(fine).verdict, "unknown");
  assert.equal(check(`A  |-push(c1/m1)-ok|`).verdict, "unknown");
});

Deno.test("order_kept never accuses a correct history, and always one in which two ordered messages changed places", () => {
  let accused = 0;
  fc.assert(fc.property(madeDebouncerOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeDebouncer(options);
    const history = view(plan, entries);
    assert.notEqual(orderKept.check(history).verdict, "violated");
    const pairs = orderedPairs(history);
    if (pairs.length === 0) return;
    accused++;
    const [one, two] = pairs[pick % pairs.length]!;
    const swapped = entries.map((entry) => {
      const other = entry === one.effect ? two : entry === two.effect ? one : undefined;
      return entry.type === "effect" && other
        ? { ...entry, data: { ...entry.data as object, position: other.position } }
        : entry;
    });
    assert.equal(orderKept.check(view(plan, swapped)).verdict, "violated");
  }));
  assert.ok(accused > 20, `${accused}`);
});

/** By the words of the claim, pair by pair. */
function orderedPairs(history: View): [Membership, Membership][] {
  const keys = [...history.keys.values()].filter((key) => key.effects.length > 0);
  return keys.flatMap((one) =>
    keys.flatMap((two): [Membership, Membership][] => {
      const acks = one.operations.filter(({ outcome }) => outcome === "ok").map(({ settled }) => settled!.index);
      const pushes = two.operations.filter(({ outcome }) => outcome !== "fail").map(({ invoke }) => invoke.index);
      const [[a], [b]] = [membershipsOf(one), membershipsOf(two)];
      return a!.batch === b!.batch && Math.min(...acks) < Math.min(...pushes) ? [[a!, b!]] : [];
    })
  );
}
