/** converges_after_healing, by drawn histories and by mutation. Promised are 60 ms, with a grace of 10. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { convergesAfterHealing } from "./converges_after_healing.ts";

const history = (picture: string) => drawn(picture, { promises: { convergesWithinMs: 60 }, graceMs: 10 });
const check = (picture: string) => convergesAfterHealing.check(history(picture).view);

Deno.test("converges_after_healing holds where each key was answered for good and has its effect", () => {
  const picture = `
    A  |--deliver(e1)-----info| |--deliver(e1)-----ok|
          ~cut~~healed           *effect(e1)
    B  |--deliver(e2)----fail(final conflict)|
    C  |--deliver(e3 plant=boom)----info(Error: boom)|
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 3 });
});

Deno.test("converges_after_healing is violated by a key whose last answer is not for good, and shows that answer", () => {
  const picture = `
    A  |--deliver(e1)-----info|
    B                              |--deliver(e1)-fail(busy)|   |--deliver(e1)-fail(busy)|     #sent
         ~cut~~healed
  `;
  const verdict = check(picture);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "event e1 was not settled: the last answer, to d2.2, was fail 60 ms after the last heal; 60 ms are promised",
  );
  assert.deepEqual(told(history(picture), verdict.evidence), ["invoke d2.2", "fail d2.2"]);
});

Deno.test("converges_after_healing is violated by a call that was never answered", () => {
  const picture = `
    A     |--deliver(e1)-----
                                                                                               #sent
  `;
  const verdict = check(picture);
  assert.ok(verdict.verdict === "violated");
  assert.deepEqual(told(history(picture), verdict.evidence), ["invoke d1.1"]);
});

Deno.test("converges_after_healing is violated by what is still pending, and by an acknowledged key without effect", () => {
  const pending = `
    A  |--deliver(e1)----ok|                                                                    #sent
             *effect(e1)      ?lease(e1)
  `;
  const verdict = check(pending);
  assert.ok(verdict.verdict === "violated");
  assert.deepEqual(told(history(pending), verdict.evidence), ["pending lease e1"]);
  const lost = check(`A  |--deliver(e1)----ok|                                                                 #sent`);
  assert.ok(lost.verdict === "violated");
  assert.match(lost.because, /^event e1 was acknowledged to d1\.1 and has no effect/);
});

Deno.test("converges_after_healing asks for no effect of a dead letter, nor of what makes none of its own", () => {
  const picture = (line: string) => `
    A  |-push(c1/m1)-ok| |-turn(c1/turn)-ok|                                                    #sent
    A                                          ${line}
  `;
  assert.equal(check(picture("!dead(b1 c1/m1)")).verdict, "holds");
  const lost = history(picture("!batch(b1 c1/m1)"));
  const verdict = convergesAfterHealing.check(lost.view);
  assert.ok(verdict.verdict === "violated");
  assert.deepEqual(told(lost, verdict.evidence), ["invoke d1.1", "ok d1.1"]);
  assert.equal(check(picture("!batch(b1 c1/m1) %notes")).verdict, "unknown");
  assert.equal(check(`A  |-turn(c1/turn)-ok|`).verdict, "holds");
});

Deno.test("converges_after_healing is violated by a turn that never finds its conversation empty", () => {
  const picture = `
    A  |-turn(c1/turn)-fail| |-turn(c1/turn)-fail| |-turn(c1/turn)-fail|                        #sent
  `;
  assert.equal(check(picture).verdict, "violated");
});

Deno.test("converges_after_healing is violated by an answer that is not for good after the promised time", () => {
  const picture = `
    A  |--deliver(e1)-fail(busy)|       |--deliver(e1)-----------------------------fail(busy)| |--deliver(e1)-ok|
                                                                                               *effect(e1)
  `;
  const verdict = check(picture);
  assert.ok(verdict.verdict === "violated");
  assert.deepEqual(told(history(picture), verdict.evidence), ["invoke d1.2", "fail d1.2"]);
});

Deno.test("converges_after_healing gives a key the promised time from its own last delivery on", () => {
  const picture = `
    A  |--deliver(e1)-ok|                                                       |--deliver(e2)-fail(busy)| #sent
       *effect(e1)
  `;
  assert.equal(check(picture).verdict, "unknown");
});

Deno.test("converges_after_healing gives what is pending of a conversation the time from its last message on", () => {
  const picture = (pushed: string) => `
    A  ${pushed}                              #sent
                   *effect(c1/m1)  ?batch(c1)
  `;
  assert.equal(check(picture(`|-push(c1/m1)-ok|${" ".repeat(37)}`)).verdict, "violated");
  assert.equal(check(picture(`${" ".repeat(37)}|-push(c1/m1)-ok|`)).verdict, "unknown");
});

Deno.test("converges_after_healing does not blame the subject for a sender that did not come again", () => {
  const picture = `
    A  |--deliver(e1)-----info|
          ~cut~~healed                                                                                     #sent
  `;
  assert.match(JSON.stringify(check(picture)), /unknown.*did not come again/);
});

Deno.test("converges_after_healing is unknown where stalls of the observer could explain it", () => {
  const picture = (stall: string) => `
    A          |--deliver(e1)-fail(busy)|   |--deliver(e1)-fail(busy)|                #sent
    ${stall}`;
  assert.equal(check(picture("                 =harness=========")).verdict, "unknown");
  assert.equal(check(picture("")).verdict, "violated");
});

Deno.test("converges_after_healing is unknown without a certain heal, and without quiescence", () => {
  const unhealed = `
    A  |--deliver(e1)-fail(busy)|                                                     #sent
           ~refused~~~~~~~unhealed`;
  assert.equal(check(unhealed).verdict, "unknown");
  const unquiet = `
    A  |--deliver(e1)-ok|   #unquiet
         *effect(e1)`;
  assert.equal(check(unquiet).verdict, "unknown");
  assert.equal(check(`A  ^started`).verdict, "unknown");
});

Deno.test("converges_after_healing never accuses a correct history, and always one that stays busy", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeHistory(options);
    assert.equal(convergesAfterHealing.check(view(plan, entries)).verdict, "holds");
    const invokes = entries.filter((e) => e.type === "invoke");
    const { key, process, instance, op } = invokes[pick % invokes.length]!;
    const sent = entries.findIndex((e) => e.type === "phase" && e.phase === "sent");
    const atMs = entries[sent]!.atMs;
    const of = { process, instance, key, op };
    const busy = (operation: string, atMs: number): Entry[] => [
      { type: "invoke", atMs, operation, ...of },
      { type: "fail", atMs: atMs + 1, operation, reason: "busy", final: false },
    ];
    const stuck = [
      ...entries.slice(0, sent),
      ...busy("d9999.1", atMs),
      ...busy("d9999.2", atMs + 900),
      { type: "phase", atMs: atMs + 1_000, phase: "sent" } as const,
      ...entries.slice(sent + 1),
    ];
    assert.equal(convergesAfterHealing.check(view(plan, stuck)).verdict, "violated");
  }));
});
