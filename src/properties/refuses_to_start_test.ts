/** refuses_to_start, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory } from "../testing/made_history.ts";
import { refusesToStart } from "./refuses_to_start.ts";

Deno.test("refuses_to_start holds where every instance said why it did not start", () => {
  const history = drawn(`
    A  ^start_failed(no unique constraint on inbox)
    B  ^start_failed(no unique constraint on inbox)
  `);
  assert.deepEqual(refusesToStart.check(history.view), { verdict: "holds", examined: 2 });
});

Deno.test("refuses_to_start is violated by an instance that started", () => {
  const history = drawn(`
    A  ^start_failed(no unique constraint on inbox)
    B  ^started
  `);
  const verdict = refusesToStart.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.deepEqual(told(history, verdict.evidence), ["instance 1 started"]);
});

Deno.test("refuses_to_start is violated by an instance that did not say why", () => {
  const verdict = refusesToStart.check(drawn(`A  ^start_failed`).view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "instance 0 did not start and did not say why");
});

Deno.test("refuses_to_start is unknown where an instance neither started nor refused to", () => {
  assert.equal(refusesToStart.check(drawn(`A  ^died(oops)`).view).verdict, "unknown");
  assert.equal(refusesToStart.check(drawn(`A  |--deliver(e1)--info|`).view).verdict, "unknown");
});

Deno.test("refuses_to_start never accuses who refused with a reason, and always who started", () => {
  const instances = fc.array(fc.string({ minLength: 1 }).map((reason) => `no ${reason}`), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(fc.property(instances, fc.nat(), (reasons, pick) => {
    const { plan, entries: [run] } = madeHistory({ seed: 1, keysMin: 1 });
    const entries: Entry[] = reasons.map((detail, instance) => (
      { type: "instance", atMs: 0, instance, event: "start_failed", detail }
    ));
    assert.equal(refusesToStart.check(view(plan, [run!, ...entries])).verdict, "holds");
    const started: Entry = { type: "instance", atMs: 0, instance: pick % reasons.length, event: "started" };
    assert.equal(refusesToStart.check(view(plan, [run!, ...entries, started])).verdict, "violated");
  }));
});
