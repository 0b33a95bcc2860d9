/** each_message_in_one_batch, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeDebouncer, madeDebouncerOptions } from "../testing/made_debouncer.ts";
import { eachMessageInOneBatch } from "./each_message_in_one_batch.ts";

const check = (picture: string) => eachMessageInOneBatch.check(drawn(picture).view);

Deno.test("each_message_in_one_batch holds where each accepted message is in one committed batch or a dead letter", () => {
  const picture = `
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok| |-push(c1/m3)-ok|
    B                                                          !batch(b1 c1/m1 c1/m2) !dead(b2 c1/m3)
                                       *effect(c1/m1 in=b1) *effect(c1/m2 in=b1)
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 3 });
});

Deno.test("each_message_in_one_batch is violated by a message in two committed batches, and shows both effects", () => {
  const history = drawn(`
    A  |-push(c1/m1)-info|  |-push(c1/m1)-ok|
                               *effect(c1/m1 in=b1)  *effect(c1/m1 in=b2)
  `);
  const verdict = eachMessageInOneBatch.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "message c1/m1 is in two committed batches: c1 b1[0] and c1 b2[0]");
  assert.deepEqual(told(history, verdict.evidence), ["effect d1.2", "effect d1.2"]);
});

Deno.test("each_message_in_one_batch is violated by a message that stands in one batch twice", () => {
  const history = drawn(`
    A  |-push(c1/m1)-info|  |-push(c1/m1)-ok|
                               *effect(c1/m1 in=b1)  *effect(c1/m1 in=b1)
  `);
  const verdict = eachMessageInOneBatch.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.match(verdict.because, /^message c1\/m1 is twice in one committed batch/);
});

Deno.test("each_message_in_one_batch is violated by an acknowledged message that is nowhere, and shows the answer", () => {
  const history = drawn(`
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|
                               *effect(c1/m2 in=b1)
  `);
  const verdict = eachMessageInOneBatch.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "message c1/m1 was acknowledged to d1.1, and is in no committed batch and no dead letter",
  );
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.1", "ok d1.1"]);
});

Deno.test("each_message_in_one_batch leaves it free what becomes of a push that nobody knows about", () => {
  const picture = `
    A  |-push(c1/m1)-info|  |-push(c1/m2)-info|  |-push(c1/m3)-fail(503)|
                               *effect(c1/m2 in=b1)
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 1 });
});

Deno.test("each_message_in_one_batch leaves batches that are committed again to others, and dead letters that are put back", () => {
  const again = `
    A  |-push(c1/m1)-ok|
                    *sink(c1/m1 in=b1 at=0)  *sink(c1/m1 in=b1 at=0)
  `;
  assert.equal(check(again).verdict, "holds");
  const refused = `
    A  |-push(c1/m1)-ok|
                    *sink(c1/m1 in=b1 at=0)  *sink(c1/m1 refused in=b2 at=0)
  `;
  assert.equal(check(refused).verdict, "holds");
  const putBack = `
    A  |-push(c1/m1)-ok|  !dead(b1 c1/m1)
                                *effect(c1/m1 in=b1)
  `;
  assert.equal(check(putBack).verdict, "holds");
});

Deno.test("each_message_in_one_batch asks for no batch of what makes no effect of its own", () => {
  const picture = `
    A  |-push(c1/m1)-ok|  |-turn(c1/turn)-ok|
                            *effect(c1/m1 in=b1)
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 1 });
  assert.equal(check(`A  |-turn(c1/turn)-ok|`).verdict, "unknown");
});

Deno.test("each_message_in_one_batch knows nothing of what is missing without quiescence, heals and notes", () => {
  const missing = (end: string) => `
    A  |-push(c1/m1)-ok|   !batch(b1 c1/m1)
    ${end}`;
  assert.equal(check(missing("")).verdict, "violated");
  assert.equal(check(missing("                    #unquiet")).verdict, "unknown");
  assert.equal(check(missing("   ~killed~~~~unhealed")).verdict, "unknown");
  assert.equal(check(missing("                    %notes")).verdict, "unknown");
  assert.equal(check(`A  ^started`).verdict, "unknown");
});

Deno.test("each_message_in_one_batch never accuses a correct history, and always one with a message lost or doubled", () => {
  fc.assert(fc.property(madeDebouncerOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeDebouncer(options);
    assert.equal(eachMessageInOneBatch.check(view(plan, entries)).verdict, "holds");
    const effects = entries.filter((e) => e.type === "effect");
    fc.pre(effects.length > 0);
    const chosen = effects[pick % effects.length]!;
    const lost = entries.filter((e) => e !== chosen);
    assert.equal(eachMessageInOneBatch.check(view(plan, lost)).verdict, "violated");
    for (const other of [{ batch: "b0" }, { position: 99 }]) {
      const doubled: Entry = { ...chosen, data: { ...chosen.data as object, ...other } };
      assert.equal(eachMessageInOneBatch.check(view(plan, [...entries, doubled])).verdict, "violated");
    }
  }));
});
