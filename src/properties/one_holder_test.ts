/** one_holder, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { oneHolder } from "./one_holder.ts";

const lasts = (leaseMs: number) => ({ promises: { leaseMs } });

/** A holds, and B is granted the event 53 ms after A was asked for it. */
const twoHolders = (leaseMs: number, meanwhile = "") =>
  drawn(
    `
    A  |--deliver(e1)---------------------------------------------------------------------------info|
    A     >claim <done <ready !granted
    A                                   ${meanwhile}
    B                                      |--deliver(e1)----------------ok|
    B                                      >claim <done <ready !granted
  `,
    lasts(leaseMs),
  );

Deno.test("one_holder holds where the lease had run out, or was given back", () => {
  assert.deepEqual(oneHolder.check(twoHolders(40).view), { verdict: "holds", examined: 2 });
  assert.deepEqual(oneHolder.check(twoHolders(90, ">claim <done <ready").view), { verdict: "holds", examined: 2 });
});

Deno.test("one_holder is violated by a grant while an earlier lease certainly runs, and shows both", () => {
  const history = twoHolders(90);
  const verdict = oneHolder.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.match(verdict.because, /^event e1 was granted to d2\.1 \d+ ms after d1\.1, which holds it, began; .* 90 ms$/);
  assert.deepEqual(told(history, verdict.evidence), [
    "invoke d1.1",
    "granted d1.1",
    "down CommandComplete d2.1",
    "granted d2.1",
  ]);
});

Deno.test("one_holder leaves grants unordered that overlap, and those of different events", () => {
  const overlapping = drawn(
    `
    A  |--deliver(e1)---------------------------------------------------------------------------info|
    A     >claim                                                 <done <ready !granted
    B                   |--deliver(e1)----------------ok|
    B                   >claim <done <ready !granted
  `,
    lasts(500),
  );
  assert.equal(oneHolder.check(overlapping.view).verdict, "holds");
  const different = drawn(
    `
    A  |--deliver(e1)--------------------------------------------info|
    A     >claim <done <ready !granted
    B                                    |--deliver(e2)----------------ok|
    B                                    >claim <done <ready !granted
  `,
    lasts(500),
  );
  assert.equal(oneHolder.check(different.view).verdict, "holds");
});

Deno.test("one_holder knows nothing without leases, without grants, or where messages were dropped", () => {
  const none = drawn(`A  |--deliver(e1)--ok|`, lasts(90));
  assert.equal(oneHolder.check(none.view).verdict, "unknown");
  const dropped = twoHolders(90, "%messages");
  assert.equal(oneHolder.check(dropped.view).verdict, "unknown");
  const endless = drawn(`A  |--deliver(e1)--ok|`);
  assert.equal(oneHolder.check(endless.view).verdict, "unknown");
});

Deno.test("one_holder never accuses a correct history, and always one whose leases last longer than it", () => {
  let accused = 0;
  fc.assert(fc.property(madeOptions, (options) => {
    const { plan, entries } = madeHistory({ ...options, keysMin: 60 });
    assert.notEqual(oneHolder.check(view(plan, entries)).verdict, "violated");
    const [run, ...rest] = entries;
    assert.ok(run?.type === "run");
    const longer = [{ ...run, promises: { ...run.promises, leaseMs: 1_000_000 } }, ...rest];
    const late = entries.some((entry) => entry.type === "sink" && entry.answer === "refused"); // it was overtaken
    if (!late) return;
    accused++;
    assert.equal(oneHolder.check(view(plan, longer)).verdict, "violated");
  }));
  assert.ok(accused > 0);
});
