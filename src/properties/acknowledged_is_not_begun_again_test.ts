/** acknowledged_is_not_begun_again, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { acknowledgedIsNotBegunAgain as property } from "./acknowledged_is_not_begun_again.ts";

const check = (picture: string) => property.check(drawn(picture).view);

Deno.test("acknowledged_is_not_begun_again holds where those who come later are told without any work", () => {
  const picture = `
    A  |-deliver(e1)-----info| |-deliver(e1)-----ok|
    A     !handler               !handler
    B                                                |-deliver(e1)-ok(duplicate)|
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 1 });
});

Deno.test("acknowledged_is_not_begun_again is violated by a handler of an operation that was sent later", () => {
  const history = drawn(`
    A  |-deliver(e1)-----ok|
    A     !handler
    B                        |-deliver(e1)----info|
    B                           !handler
  `);
  const verdict = property.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "e1 was acknowledged to d1.1, and begun again by d2.1, which was sent after that");
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.1", "ok d1.1", "invoke d2.1", "handler d2.1"]);
});

Deno.test("acknowledged_is_not_begun_again says nothing of who was sent before the acknowledgement, or of another key", () => {
  const before = `
    A  |-deliver(e1)-----ok|
    A     !handler
    B            |-deliver(e1)-------------info|
    B                           !handler
  `;
  assert.equal(check(before).verdict, "unknown");
  const other = `
    A  |-deliver(e1)-----ok|
    B                         |-deliver(e2)------ok|
    B                           !handler
  `;
  assert.equal(check(other).verdict, "unknown");
});

Deno.test("acknowledged_is_not_begun_again is unknown where testimony was not recorded", () => {
  const picture = `
    A  |-deliver(e1)-----ok| |-deliver(e1)-ok|        %notes
  `;
  assert.equal(check(picture).verdict, "unknown");
});

Deno.test("acknowledged_is_not_begun_again never accuses a correct history, and always one in which a copy was handled", () => {
  let accused = 0;
  fc.assert(fc.property(madeOptions, (options) => {
    const { plan, entries } = madeHistory(options);
    const correct = view(plan, entries);
    assert.notEqual(property.check(correct).verdict, "violated");
    for (const { operations } of correct.keys.values()) {
      const acknowledged = operations.find(({ outcome }) => outcome === "ok");
      const copy = operations.find(({ invoke }) => acknowledged && invoke.index > acknowledged.settled!.index);
      if (!copy) continue;
      accused++;
      const { instance, id: operation } = copy;
      const handler: Entry = { type: "note", atMs: copy.invoke.atMs, instance, kind: "handler", operation };
      const mutated = entries.toSpliced(copy.invoke.index + 1, 0, handler);
      assert.equal(property.check(view(plan, mutated)).verdict, "violated");
      return;
    }
  }));
  assert.ok(accused > 10, `${accused}`);
});
