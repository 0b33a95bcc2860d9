/** no_stale_effect, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { type Made, madeHistory, madeOptions } from "../testing/made_history.ts";
import { noStaleEffect } from "./no_stale_effect.ts";

/** A is granted first, B takes over; what becomes of their effects is the given lines. */
const takeover = (effects: string) =>
  drawn(`
    A  |--deliver(e1)----------------------------------------------------------info|
    A  >claim <done <ready !granted(token=1)
    B                                         |--deliver(e1)----------------ok|
    B                                         >claim <done <ready !granted(token=2)
    ${effects}
  `);

Deno.test("no_stale_effect holds where the earlier holder's effect was refused, or came first", () => {
  const refused = takeover(`${" ".repeat(70)}*sink(e1 by=d2.1) *sink(e1 refused by=d1.1)`);
  assert.deepEqual(noStaleEffect.check(refused.view), { verdict: "holds", examined: 1 });
  const first = takeover(`${" ".repeat(55)}*sink(e1 by=d1.1) *sink(e1 by=d2.1)`);
  assert.deepEqual(noStaleEffect.check(first.view), { verdict: "holds", examined: 2 });
});

Deno.test("no_stale_effect is violated by an earlier holder's effect after a later one's, and shows both grants", () => {
  const history = takeover(`${" ".repeat(70)}*sink(e1 by=d2.1) *sink(e1 by=d1.1)`);
  const verdict = noStaleEffect.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "an effect of e1 by d1.1 was accepted after one by d2.1, which was granted later",
  );
  assert.deepEqual(told(history, verdict.evidence), [
    "down CommandComplete d1.1",
    "granted d1.1",
    "up Query d2.1",
    "granted d2.1",
    "sink accepted d2.1",
    "sink accepted d1.1",
  ]);
});

Deno.test("no_stale_effect follows durable effects in the order of the store", () => {
  const history = takeover(`${" ".repeat(70)}*effect(e1 by=d2.1) *effect(e1 by=d1.1)`);
  assert.equal(noStaleEffect.check(history.view).verdict, "violated");
});

Deno.test("no_stale_effect orders grants by the wire, however late they were said", () => {
  const history = drawn(`
    A  |--deliver(e1)------------------------------------------------------------------info|
    A  >claim <done <ready                                         !granted
    B                              |--deliver(e1)----------------ok|
    B                              >claim <done <ready !granted
                                                       *sink(e1 by=d2.1) *sink(e1 by=d1.1)
  `);
  assert.equal(noStaleEffect.check(history.view).verdict, "violated");
});

Deno.test("no_stale_effect leaves grants unordered that overlap", () => {
  const history = drawn(`
    A  |--deliver(e1)------------------------------------------------------------------info|
    A  >claim                                      <done <ready !granted
    B                  |--deliver(e1)----------------ok|
    B                  >claim <done <ready !granted
                                                     *sink(e1 by=d2.1)     *sink(e1 by=d1.1)
  `);
  assert.deepEqual(noStaleEffect.check(history.view), { verdict: "holds", examined: 2 });
});

Deno.test("no_stale_effect knows nothing without holders, without quiescence, or where messages were dropped", () => {
  const free = drawn(`
    A  |--deliver(e1)--ok|
         *effect(e1)
  `);
  assert.equal(noStaleEffect.check(free.view).verdict, "unknown");
  const fine = takeover(`${" ".repeat(70)}*sink(e1 by=d2.1) #unquiet`);
  assert.equal(noStaleEffect.check(fine.view).verdict, "unknown");
  const dropped = takeover(`${" ".repeat(70)}*sink(e1 by=d2.1) *sink(e1 by=d1.1) %messages`);
  assert.equal(noStaleEffect.check(dropped.view).verdict, "unknown");
});

Deno.test("no_stale_effect never accuses a correct history", () => {
  fc.assert(fc.property(madeOptions, (options) => {
    const { plan, entries } = madeHistory(options);
    assert.notEqual(noStaleEffect.check(view(plan, entries)).verdict, "violated");
  }));
});

Deno.test("no_stale_effect always accuses a history in which a late holder's effect is accepted", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (seed, pick) => {
      const made = madeHistory({ seed, keysMin: 150 });
      fc.pre(late(made).length > 0);
      const entry = late(made)[pick % late(made).length]!;
      const accepted = made.entries.map((e) => e === entry ? { ...entry, answer: "accepted" } as const : e);
      assert.equal(noStaleEffect.check(view(made.plan, accepted)).verdict, "violated");
    }),
    { numRuns: 30 },
  );
});

const late = ({ entries }: Made) => entries.filter((e) => e.type === "sink").filter((e) => e.answer === "refused");
