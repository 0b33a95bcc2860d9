/** at_most_once, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { atMostOnce } from "./at_most_once.ts";

Deno.test("at_most_once holds where each key has one effect, whoever was answered", () => {
  const history = drawn(`
    A  |--deliver(e1)-------info|
    B        |--deliver(e1)-------------ok|
                  *effect(e1)
    C  |--deliver(e2)--ok|
            *sink(e2)
               *sink(e2 duplicate) *sink(e2 refused)
  `);
  assert.deepEqual(atMostOnce.check(history.view), { verdict: "holds", examined: 2 });
});

Deno.test("at_most_once is violated by two durable effects, and shows them with their invocations", () => {
  const history = drawn(`
    A  |--deliver(e1)-------info|
    B        |--deliver(e1)-------------ok|
                  *effect(e1)
                                     *effect(e1 by=d2.1)
  `);
  const verdict = atMostOnce.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "event e1 was processed twice, by d1.1 and d2.1");
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.1", "invoke d2.1", "effect d1.1", "effect d2.1"]);
});

Deno.test("at_most_once counts what the sink accepted by event, whatever key was passed on", () => {
  const history = drawn(`
    A  |--deliver(e1)-------------------ok|
             *sink(other by=d1.1)
                            *sink(e1)
  `);
  const verdict = atMostOnce.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "event e1 was processed twice, both times by d1.1");
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.1", "sink accepted d1.1", "sink accepted d1.1"]);
});

Deno.test("at_most_once counts durable and foreign effects apart", () => {
  const history = drawn(`
    A  |--deliver(e1)-------------------ok|
             *sink(e1)      *effect(e1)
  `);
  assert.equal(atMostOnce.check(history.view).verdict, "holds");
});

Deno.test("at_most_once stands although the run did not become quiet, and only then knows nothing else", () => {
  const twice = `
    A  |--deliver(e1)-------------------ok|
             *effect(e1)    *effect(e1)    #unquiet`;
  assert.equal(atMostOnce.check(drawn(twice).view).verdict, "violated");
  const once = `
    A  |--deliver(e1)-------------------ok|
             *effect(e1)                   #unquiet`;
  assert.equal(atMostOnce.check(drawn(once).view).verdict, "unknown");
});

Deno.test("at_most_once knows nothing of a run without effects", () => {
  const verdict = atMostOnce.check(drawn(`A  |--deliver(e1)--info|`).view);
  assert.deepEqual(verdict, { verdict: "unknown", examined: 0, because: "no effect was made" });
});

Deno.test("at_most_once counts effects of messages by their keys, and misses none of what makes none", () => {
  const batch = `
    A  |-push(c1/m1)-ok| |-push(c1/m2)-ok| |-turn(c1/turn)-ok|
                                            *effect(c1/m1 in=b1) *effect(c1/m2 in=b1)`;
  assert.deepEqual(atMostOnce.check(drawn(batch).view), { verdict: "holds", examined: 2 });
  const again = `${batch}   *effect(c1/m1 in=b2)`;
  assert.equal(atMostOnce.check(drawn(again).view).verdict, "violated");
});

Deno.test("at_most_once never accuses a correct history, and always one with an effect twice", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeHistory(options);
    assert.equal(atMostOnce.check(view(plan, entries)).verdict, "holds");
    const effects = entries.filter((e) => e.type === "effect" || (e.type === "sink" && e.answer === "accepted"));
    const again: Entry = { ...effects[pick % effects.length]! };
    assert.equal(atMostOnce.check(view(plan, [...entries, again])).verdict, "violated");
  }));
});
