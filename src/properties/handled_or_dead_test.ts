/** handled_or_dead, by drawn histories. */

import assert from "node:assert/strict";
import { drawn, told } from "../testing/drawn.ts";
import { handledOrDead } from "./handled_or_dead.ts";

const check = (picture: string) => handledOrDead.check(drawn(picture).view);

Deno.test("handled_or_dead holds where each message was handled, or lies there, or was dead and put back before", () => {
  const both = `
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|  !dead(b2 c1/m2)  !dead(b1 c1/m1)
                             *effect(c1/m1 in=b1)  *effect(dead/m2 of=c1/m2 letter=b2@1)
  `;
  assert.deepEqual(check(both), { verdict: "holds", examined: 2 });
});

Deno.test("handled_or_dead is violated by a message that is both, and shows effect and letter", () => {
  const history = drawn(`
    A  |-push(c1/m1)-ok|
                             *effect(c1/m1 in=b1)  *effect(dead/m1 of=c1/m1 letter=b1@1)
  `);
  const verdict = handledOrDead.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "message c1/m1 was handled, and lies among the dead letters all the same");
  assert.equal(told(history, verdict.evidence).length, 2);
});

Deno.test("handled_or_dead excuses whoever may have held the batch for longer than its lease, and nobody else", () => {
  const picture = `
    A  |-push(c1/m1)-ok|
    B                      |-attempt(c1/turn as=d2.1)----------ok|
    B                                                              !batch(b1 c1/m1)
                             *effect(c1/m1 in=b1)  *effect(dead/m1 of=c1/m1 letter=b1@1)
  `;
  const verdict = (leaseMs: number, { operation, token }: { operation?: string; token?: string }) => {
    const { view } = drawn(picture, { promises: { leaseMs } });
    const notes = view.notes.map((note) => ({ ...note, operation, data: { ...note.data as object, token } }));
    return handledOrDead.check({ ...view, notes } as typeof view).verdict;
  };
  const step = { operation: "d2.1" };
  assert.equal(verdict(200, step), "violated");
  assert.equal(verdict(10, step), "unknown");
  assert.equal(verdict(10, { ...step, token: "another" }), "violated", "who committed was not held up");
  assert.equal(verdict(200, {}), "unknown", "nobody knows how long a loop's handler took");
});

Deno.test("handled_or_dead knows nothing of a run without accepted messages, and of one that did not become quiet", () => {
  assert.equal(check("A  |-turn(c1/turn)-ok|").verdict, "unknown");
  const loud = drawn("A  |-push(c1/m1)-ok|").view;
  assert.equal(handledOrDead.check({ ...loud, quiet: false }).verdict, "unknown");
});
