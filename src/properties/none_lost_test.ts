/** none_lost, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { noneLost } from "./none_lost.ts";

Deno.test("none_lost holds where every acknowledged key has an effect, durable or at the sink", () => {
  const history = drawn(`
    A  |--deliver(e1)-------info|   |--deliver(e1)--ok(duplicate)|
               *effect(e1)
    B  |--deliver(e2)-----ok|
               *sink(e2 duplicate)
  `);
  assert.deepEqual(noneLost.check(history.view), { verdict: "holds", examined: 2 });
});

Deno.test("none_lost is violated by an acknowledged key without effect, and shows its acknowledgement", () => {
  const history = drawn(`
    A  |--deliver(e1)-------info|
    B        |--deliver(e1)-------------ok(duplicate)|
              ~cut~~healed          *sink(e1 refused)
  `);
  const verdict = noneLost.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "event e1 was acknowledged to d2.1 and has no effect");
  assert.deepEqual(told(history, verdict.evidence), ["invoke d2.1", "ok d2.1"]);
});

Deno.test("none_lost is unknown of what is still queued: that is late; but a lease that is left over excuses nothing", () => {
  const queued = drawn(`
    A  |--deliver(e1)--ok|   ?queued(e1)
  `);
  const { verdict, because } = noneLost.check(queued.view) as { verdict: string; because: string };
  assert.equal(verdict, "unknown");
  assert.match(because, /e1 was still queued/);
  const leased = drawn(`
    A  |--deliver(e1)--ok|   ?lease(e1)
  `);
  assert.equal(noneLost.check(leased.view).verdict, "violated");
});

Deno.test("none_lost is violated where only a send after the acknowledgement made the effect: that sender came by luck", () => {
  const history = drawn(`
    A  |--deliver(e1)--ok(duplicate)|   |--deliver(e1)--------ok|
                                                     *effect(e1)
  `);
  const verdict = noneLost.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "event e1 was acknowledged to d1.1 and has no effect but that of d1.2, which was sent after it",
  );
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.1", "ok d1.1", "effect d1.2"]);
});

Deno.test("none_lost does not ask for effects of what was never acknowledged", () => {
  const history = drawn(`
    A  |--deliver(e1)-------info|  |--deliver(e1)---fail(busy)|
    B  |--deliver(e2)-------ok|
                  *effect(e2)
  `);
  assert.deepEqual(noneLost.check(history.view), { verdict: "holds", examined: 1 });
  assert.equal(noneLost.check(drawn(`A  |--deliver(e1)-----info|`).view).verdict, "unknown");
});

Deno.test("none_lost without quiescence knows only that what is there is not lost", () => {
  const there = `
    A  |--deliver(e1)--ok| #unquiet
            *effect(e1)`;
  assert.equal(noneLost.check(drawn(there).view).verdict, "holds");
  assert.equal(noneLost.check(drawn(`A  |--deliver(e1)--ok| #unquiet`).view).verdict, "unknown");
});

Deno.test("none_lost accuses nobody while something may still be disturbed", () => {
  const history = drawn(`
    A  |--deliver(e1)---------ok|
          ~killed~~~~unhealed
  `);
  assert.equal(noneLost.check(history.view).verdict, "unknown");
});

Deno.test("none_lost takes a dead letter for what becomes of a message, unless notes were dropped", () => {
  const dead = (line: string) => `
    A  |-push(c1/m1)-ok|  |-push(c1/m2)-ok|
                                      *effect(c1/m2 in=b1)
    B                                     ${line}
  `;
  assert.deepEqual(noneLost.check(drawn(dead("!dead(b2 c1/m1)")).view), { verdict: "holds", examined: 2 });
  const unheard = dead("*effect(dead/m1 of=c1/m1 letter=b2@1)");
  assert.equal(noneLost.check(drawn(unheard).view).verdict, "holds", "nobody heard of it, but it lies there");
  assert.equal(noneLost.check(drawn(dead("!dead(b2 c1/m2)")).view).verdict, "violated");
  assert.equal(noneLost.check(drawn(dead("!batch(b2 c1/m1)")).view).verdict, "violated");
  assert.equal(noneLost.check(drawn(dead("!batch(b2 c1/m1) %notes")).view).verdict, "unknown");
});

Deno.test("none_lost asks for no effect of an operation that makes none of its own", () => {
  const asked = `
    A  |-push(c1/m1)-info|  |-turn(c1/turn)-ok|  |-ask(c1/m1)-ok|
  `;
  assert.equal(noneLost.check(drawn(asked).view).verdict, "unknown");
  const pushed = `${asked.trimEnd()}
    B  |-push(c1/m1)-ok|
  `;
  assert.equal(noneLost.check(drawn(pushed).view).verdict, "violated");
});

Deno.test("none_lost never accuses a correct history, and always one that lacks an acknowledged effect", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const made = madeHistory(options);
    const history = view(made.plan, made.entries);
    assert.equal(noneLost.check(history).verdict, "holds");
    const keys = [...history.keys.keys()];
    const key = keys[pick % keys.length]!;
    const without = made.entries.filter((e) => !((e.type === "effect" || e.type === "sink") && e.key === key));
    assert.equal(noneLost.check(view(made.plan, without)).verdict, "violated");
  }));
});
