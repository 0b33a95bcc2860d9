/** answers_in_bounded_time, by drawn histories and by mutation. Promised are 40 ms, with a grace of 10. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { answersInBoundedTime } from "./answers_in_bounded_time.ts";

const history = (picture: string) => drawn(picture, { promises: { answersWithinMs: 40 }, graceMs: 10 });
const verdict = (picture: string) => answersInBoundedTime.check(history(picture).view).verdict;

Deno.test("answers_in_bounded_time holds where each call settled in time, whatever it came to", () => {
  const fine = history(`
    A  |--deliver(e1)-------------------------------ok|
    B  |--deliver(e2)--info| |--deliver(e2)---------fail|
  `);
  assert.deepEqual(answersInBoundedTime.check(fine.view), { verdict: "holds", examined: 3 });
});

Deno.test("answers_in_bounded_time is violated by a late answer, and shows the call", () => {
  const late = history(`
    A  |--deliver(e1)------------------------------------------ok|
  `);
  const said = answersInBoundedTime.check(late.view);
  assert.ok(said.verdict === "violated");
  assert.equal(said.because, "d1.1 at instance 0 took 58 ms; 40 ms are promised");
  assert.deepEqual(told(late, said.evidence), ["invoke d1.1", "ok d1.1"]);
});

Deno.test("answers_in_bounded_time is violated by a call that was given up, and by one that never settled", () => {
  assert.equal(verdict(`A  |--deliver(e1)--------------------info(deadline)|`), "violated");
  const never = history(`
    A  |--deliver(e1)---------
    B                                                                   |--deliver(e2)--ok|
  `);
  const said = answersInBoundedTime.check(never.view);
  assert.ok(said.verdict === "violated");
  assert.deepEqual(told(never, said.evidence), ["invoke d1.1"]);
});

Deno.test("answers_in_bounded_time does not count time in which the process was dead or stopped", () => {
  const dead = `
    A  |--deliver(e1)---------
    A           ^died
    B                                                                   |--deliver(e2)--ok|`;
  assert.equal(verdict(dead), "holds");
  const stopped = `
    A  |--deliver(e1)------------------------------------------ok|
    A        ~instance_stopped~~healed`;
  assert.equal(verdict(stopped), "holds");
  const another = `
    A  |--deliver(e1)------------------------------------------ok|
    B        ~instance_stopped~~healed`;
  assert.equal(verdict(another), "violated");
});

Deno.test("answers_in_bounded_time is unknown where stalls of the observer could explain the excess", () => {
  const explained = `
    A  |--deliver(e1)------------------------------------------ok|
                    =harness====
                    =probe======`;
  assert.equal(verdict(explained), "unknown");
  const tooShort = `
    A  |--deliver(e1)---------------------------------------------------ok|
                    =harness====
                    =probe======`;
  assert.equal(verdict(tooShort), "violated");
  const elsewhere = `
    A                 |--deliver(e1)------------------------------------------ok|
       =harness====`;
  assert.equal(verdict(elsewhere), "violated");
  const kept = `
    A  |--deliver(e1)-----------------------ok|
                    =harness====`;
  assert.equal(verdict(kept), "holds");
});

Deno.test("answers_in_bounded_time forgives a given up call no stall as long as half of the grace", () => {
  const picture = (stall: string) => `
    A  |--deliver(e1)--------------------info(deadline)|
            ${stall}`;
  assert.equal(verdict(picture("=probe=======")), "unknown");
  const long = drawn(picture("=probe"), { promises: { answersWithinMs: 20 }, graceMs: 20 });
  assert.equal(answersInBoundedTime.check(long.view).verdict, "violated");
});

Deno.test("answers_in_bounded_time knows nothing without a call", () => {
  assert.equal(verdict(`A  ^started`), "unknown");
});

Deno.test("answers_in_bounded_time never accuses a correct history, and always one with a late answer", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeHistory(options);
    assert.equal(answersInBoundedTime.check(view(plan, entries)).verdict, "holds");
    const answers = entries.filter((e) => e.type === "ok" || e.type === "fail" || e.type === "info");
    const late = answers[pick % answers.length]!;
    const history = entries.filter((e) => e !== late);
    const at = history.findIndex((e) => e.type === "phase" && e.phase === "sent");
    history.splice(at, 0, { ...late, atMs: late.atMs + 1_251 });
    assert.equal(answersInBoundedTime.check(view(plan, history)).verdict, "violated");
  }));
});
