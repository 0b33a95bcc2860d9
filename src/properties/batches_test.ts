/** What is read of batches and pushes: the properties that rest on it test the rest. */

import assert from "node:assert/strict";
import { type View, view } from "../core/view.ts";
import { drawn } from "../testing/drawn.ts";
import { batchesOf, conversationOf, deadLettersOf, lyingOf, membershipsOf } from "./batches.ts";
import { pushesOf } from "./pushes.ts";

const noted = (kind: string, data: unknown): View => {
  const { plan, entries } = drawn(`A  |-push(c1/m1)-ok|`);
  return view(plan, [...entries, { type: "note", atMs: 50, instance: 0, kind, data }]);
};

Deno.test("batchesOf() reads attempts in the order of their notes, each batch by its conversation", () => {
  const { view } = drawn(`
    A  !batch(1 c1/m1 c1/m2 full)  !batch(1 c2/m1)  !batch(1 c1/m1 c1/m2 attempt=2)
  `);
  assert.deepEqual(batchesOf(view).map(({ id, messages, attempt, full }) => [id, messages.length, attempt, full]), [
    ["c1 1", 2, 1, true],
    ["c2 1", 1, 1, false],
    ["c1 1", 2, 2, false],
  ]);
});

Deno.test("batchesOf() and deadLettersOf() leave out what lacks what it should have", () => {
  const odd = [undefined, null, "b1", {}, { batch: "b1" }, { batch: "b1", messages: [] }, { messages: ["c1/m1"] }, {
    batch: "b1",
    messages: ["c1/m1", 7],
  }];
  for (const data of odd) {
    assert.deepEqual(batchesOf(noted("batch", data)), [], JSON.stringify(data));
    assert.equal(deadLettersOf(noted("dead", data)).size, 0, JSON.stringify(data));
  }
  const [batch] = batchesOf(noted("batch", { batch: 7, messages: ["c1/m1"] }));
  assert.deepEqual([batch!.id, batch!.conversation, batch!.attempt, batch!.full], ["c1 7", "c1", 1, false]);
});

Deno.test("deadLettersOf() gives the first note that put a message aside", () => {
  const { view } = drawn(`
    A  !dead(b1 c1/m1)  !dead(b2 c1/m1 c1/m2)
  `);
  const dead = deadLettersOf(view);
  assert.deepEqual([dead.get("c1/m1")!.atMs, dead.get("c1/m2")!.atMs], [3, 20]);
});

Deno.test("deadLettersOf() gives what lies there at the end of which no note told; lyingOf() leaves out other effects", () => {
  const { view } = drawn(`
    A  !dead(b1 c1/m1)
              *effect(dead/m1 of=c1/m1 letter=b1@1) *effect(dead/m2 of=c1/m2 letter=b1@1 hidden) *effect(c1/m3 in=b1)
  `);
  assert.deepEqual([...deadLettersOf(view)].map(([key, { type }]) => [key, type]), [
    ["c1/m1", "note"],
    ["c1/m2", "effect"],
  ]);
  assert.deepEqual(lyingOf(view).map(({ message, letter, listed }) => [message, letter, listed]), [
    ["c1/m1", "b1@1", true],
    ["c1/m2", "b1@1", false],
  ]);
});

Deno.test("membershipsOf() gives durable and accepted effects that say where they stand", () => {
  const { view } = drawn(`
    A  |-push(c1/m1)-ok|
           *effect(c1/m1 in=b1 at=3) *effect(c1/m1) *sink(c1/m1 in=b1 at=3) *sink(c1/m1 refused in=b2)
  `);
  const places = membershipsOf(view.keys.get("c1/m1")!);
  assert.deepEqual(places.map(({ batch, position, effect }) => [batch, position, effect.type]), [
    ["c1 b1", 3, "effect"],
    ["c1 b1", 3, "sink"],
  ]);
});

Deno.test("conversationOf() is all before the first slash of a key", () => {
  assert.deepEqual(["c1/m1", "a/b/m1", "{c 1}/m\n1", "c1"].map(conversationOf), ["c1", "a", "{c 1}", "c1"]);
});

Deno.test("pushesOf() knows no message of operations that make no effect, and that of a refused push only if it is alone", () => {
  const { view } = drawn(`
    A  |-turn(c1/turn)-ok| |-push(c1/m1)-fail| |-push(c1/m2)-fail| |-push(c1/m2)-ok|
  `);
  const pushes = pushesOf(view);
  assert.deepEqual([...pushes.keys()], ["c1/m1", "c1/m2"]);
  assert.equal(pushes.get("c1/m1")!.acknowledged, undefined);
  const { earliest, kept, acknowledged } = pushes.get("c1/m2")!;
  assert.equal(acknowledged!.id, "d3.2");
  assert.deepEqual([earliest.index, kept.index], [acknowledged!.invoke.index, acknowledged!.invoke.index]);
});
