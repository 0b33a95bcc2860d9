/** nothing_leaked, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { nothingLeaked } from "./nothing_leaked.ts";

Deno.test("nothing_leaked holds where every instance ended and nothing was left", () => {
  const history = drawn(`
    A  ^started |--deliver(e1)--ok| ^stopped
    B  ^started                     ^stopped
  `);
  assert.deepEqual(nothingLeaked.check(history.view), { verdict: "holds", examined: 2 });
});

Deno.test("nothing_leaked is violated by an instance that left connections open", () => {
  const history = drawn(`A  ^started  ^stopped ^leaked(2 connections left open)`);
  const verdict = nothingLeaked.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "instance 0 left something behind: 2 connections left open");
  assert.deepEqual(told(history, verdict.evidence), ["instance 0 leaked"]);
});

Deno.test("nothing_leaked is violated by sessions that are left at the store", () => {
  const history = drawn(`A  ^started  ^stopped #unquiet(0 connections not drained, 2 sessions left at the store)`);
  const verdict = nothingLeaked.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.deepEqual(told(history, verdict.evidence), ["unquiet"]);
});

Deno.test("nothing_leaked does not blame the subject for sessions while a fault is there, or after a death", () => {
  const unhealed = drawn(`
    A  ^started   ^stopped #unquiet(2 sessions left)
         ~killed~~~~
  `);
  const dead = drawn(`A  ^started  ^died ^started  ^stopped #unquiet(2 sessions left)`);
  const other = drawn(`A  ^started  ^stopped #unquiet(1 connections not drained, 0 sessions left)`);
  for (const history of [unhealed, dead, other]) assert.equal(nothingLeaked.check(history.view).verdict, "unknown");
});

Deno.test("nothing_leaked knows nothing where no instance ended its work", () => {
  assert.equal(nothingLeaked.check(drawn(`A  ^started  ^died`).view).verdict, "unknown");
});

Deno.test("nothing_leaked never accuses a correct history, and always one with a leak", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeHistory(options);
    assert.equal(nothingLeaked.check(view(plan, entries)).verdict, "holds");
    const leaked = { type: "instance", atMs: 0, instance: pick % plan.instances, event: "leaked" } as const;
    assert.equal(nothingLeaked.check(view(plan, [...entries, leaked])).verdict, "violated");
  }));
});
