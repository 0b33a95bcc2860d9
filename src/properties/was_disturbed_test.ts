/** was_disturbed, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { wasDisturbed } from "./was_disturbed.ts";

const check = (picture: string) => wasDisturbed.check(drawn(picture).view);

Deno.test("was_disturbed holds where all that was planned struck, and a call met each fault", () => {
  const picture = `
    A  |--deliver(e1)-------info|
         ~cut~~healed
    A      ~latency~~~~~~~~~~~~~~~healed
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 2 });
});

Deno.test("was_disturbed wants no call for cuts and holds: the wire confirms them", () => {
  const picture = `
    A  |--deliver(e1)-------info|
                                    ~cut~~healed    ~stall~~~~healed
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 2 });
});

Deno.test("was_disturbed is unknown where a disturbance is not certain to have struck", () => {
  const picture = (fault: string) => `
    A  |--deliver(e1)----------------------------info|
         ${fault}
  `;
  const because = (fault: string) => {
    const verdict = check(picture(fault));
    return verdict.verdict === "unknown" ? verdict.because : verdict.verdict;
  };
  assert.equal(because("~latency?~~~~~healed"), "latency is not certain to have struck");
  assert.equal(because("~cut~~~missed"), "cut is not certain to have struck");
  assert.equal(because("~barrier~~~missed"), "barrier is not certain to have struck");
  assert.equal(because("~reset?~~~broken"), "reset could not be injected");
});

Deno.test("was_disturbed is unknown where no call of the disturbed instance met a fault", () => {
  const before = `
    A  |--deliver(e1)--ok|
                            ~latency~~~~~healed
  `;
  assert.match(JSON.stringify(check(before)), /no operation was under way while latency was in place/);
  const elsewhere = `
    A  |--deliver(e1)------------------------ok|
    B        ~latency~~~~~healed
  `;
  assert.equal(check(elsewhere).verdict, "unknown");
});

Deno.test("was_disturbed is unknown where nothing was planned", () => {
  assert.match(JSON.stringify(check(`A  |--deliver(e1)--ok|`)), /nothing was planned/);
});

Deno.test("was_disturbed never accuses, and never holds where a disturbance is missing from the history", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeHistory(options);
    fc.pre(plan.cuts.length > 0);
    assert.equal(wasDisturbed.check(view(plan, entries)).verdict, "holds");
    const { id } = plan.cuts[pick % plan.cuts.length]!;
    const without = entries.filter((e) => !(e.type === "disturb" && e.id === id && e.event === "struck"));
    assert.equal(wasDisturbed.check(view(plan, without)).verdict, "unknown");
  }));
});
