/** refused_did_nothing, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { refusedDidNothing } from "./refused_did_nothing.ts";

Deno.test("refused_did_nothing holds where effects belong to others than the refused", () => {
  const history = drawn(`
    A  |--deliver(e1)-------fail(busy)|
    B      |--deliver(e1)-----------ok|
               *effect(e1 by=d2.1)
                      *sink(e1 refused by=d1.1)
  `);
  assert.deepEqual(refusedDidNothing.check(history.view), { verdict: "holds", examined: 1 });
});

Deno.test("refused_did_nothing is violated by a durable effect of a refused attempt", () => {
  const history = drawn(`
    A  |--deliver(e1)-------fail(COMMIT failed)|
                 *effect(e1)
  `);
  const verdict = refusedDidNothing.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "d1.1 was refused, and yet made an effect of e1");
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.1", "fail d1.1", "effect d1.1"]);
});

Deno.test("refused_did_nothing is violated by an effect that the sink accepted, even after the refusal", () => {
  const history = drawn(`
    A  |--deliver(e1)-------fail(final gone)|
                                              *sink(e1 by=d1.1)
  `);
  const verdict = refusedDidNothing.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.1", "fail d1.1", "sink accepted d1.1"]);
});

Deno.test("refused_did_nothing leaves alone what nobody knows, and knows nothing without a refusal", () => {
  const history = drawn(`
    A  |--deliver(e1)-------info|
               *effect(e1)
  `);
  assert.deepEqual(refusedDidNothing.check(history.view), {
    verdict: "unknown",
    examined: 0,
    because: "no attempt was refused",
  });
  assert.equal(refusedDidNothing.check(drawn(`A  |--deliver(e1)--fail| #unquiet`).view).verdict, "unknown");
});

Deno.test("refused_did_nothing never accuses a correct history, and always one whose effect was refused", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeHistory(options);
    assert.notEqual(refusedDidNothing.check(view(plan, entries)).verdict, "violated");
    const effects = entries.filter((e) => e.type === "effect" || e.type === "sink")
      .filter((e) => e.type === "effect" || e.answer === "accepted");
    const { operation } = effects[pick % effects.length]!;
    const lie: Entry[] = entries.map((e) =>
      (e.type === "ok" || e.type === "info") && e.operation === operation
        ? { type: "fail", atMs: e.atMs, operation, reason: "certainly nothing", final: false }
        : e
    );
    assert.equal(refusedDidNothing.check(view(plan, lie)).verdict, "violated");
  }));
});
