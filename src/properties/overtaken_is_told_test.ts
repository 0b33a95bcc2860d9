/** overtaken_is_told, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory } from "../testing/made_history.ts";
import { overtakenIsTold } from "./overtaken_is_told.ts";

/** A is granted first, B takes over, and then A completes; `end` is what A is told. */
const late = (end: string) =>
  drawn(`
    A  |--deliver(e1)-----------------------------------------------------------------------------${end}|
    A     >claim <done <ready !granted                                          >claim <done <ready
    B                                      |--deliver(e1)----------------ok|
    B                                      >claim <done <ready !granted
  `);

Deno.test("overtaken_is_told holds where the overtaken holder hears of it, or that the event was a duplicate", () => {
  assert.deepEqual(overtakenIsTold.check(late("info").view), { verdict: "holds", examined: 1 });
  assert.deepEqual(overtakenIsTold.check(late("fail").view), { verdict: "holds", examined: 1 });
  assert.deepEqual(overtakenIsTold.check(late("ok(duplicate)").view), { verdict: "holds", examined: 1 });
});

Deno.test("overtaken_is_told is violated by a late completion that is acknowledged, and shows it", () => {
  const history = late("ok");
  const verdict = overtakenIsTold.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "d1.1 was acknowledged for its completion of e1, which it asked for after d2.1 had been granted the event",
  );
  assert.deepEqual(told(history, verdict.evidence), [
    "granted d1.1",
    "down CommandComplete d2.1",
    "up Query d1.1",
    "ok d1.1",
  ]);
});

Deno.test("overtaken_is_told holds nothing against a completion that was asked for before the other grant was answered", () => {
  const history = drawn(`
    A  |--deliver(e1)-----------------------------------------------------------------------------ok|
    A     >claim <done <ready !granted               >claim                            <done <ready
    B                                      |--deliver(e1)----------------ok|
    B                                      >claim            <done <ready !granted
  `);
  assert.deepEqual(overtakenIsTold.check(history.view), { verdict: "holds", examined: 1 });
});

Deno.test("overtaken_is_told knows nothing of an acknowledgement whose completion may be anybody's", () => {
  const without = (end: string, what: "completion" | "operation") => {
    const { plan, entries, invoke } = asRecorded(late(end));
    const completion = entries.filter((entry, i) =>
      i > invoke && entry.type === "message" && entry.operation === "d1.1"
    );
    assert.equal(completion.length, 3);
    return view(
      plan,
      entries.flatMap((entry) => {
        if (!completion.includes(entry) || entry.type !== "message") return [entry];
        const { operation: _, ...anybodys } = entry;
        return what === "operation" ? [anybodys as Entry] : [];
      }),
    );
  };
  const verdict = overtakenIsTold.check(without("ok", "operation"));
  assert.ok(verdict.verdict === "unknown" && /d1\.1 was acknowledged after it was overtaken/.test(verdict.because));
  assert.deepEqual(overtakenIsTold.check(without("info", "operation")), { verdict: "holds", examined: 1 });
  assert.deepEqual(overtakenIsTold.check(without("ok", "completion")), { verdict: "holds", examined: 1 });
});

Deno.test("overtaken_is_told knows nothing where nobody was overtaken, or where messages were dropped", () => {
  const alone = drawn(`
    A  |--deliver(e1)-----------------------------------ok|
    A     >claim <done <ready !granted >claim <done <ready
  `);
  assert.equal(overtakenIsTold.check(alone.view).verdict, "unknown");
  const dropped = drawn(`
    A  |--deliver(e1)-----------------------------------------------------------------------------ok|
    A     >claim <done <ready !granted                                          >claim <done <ready
    B                                      |--deliver(e1)----------------ok|            %messages
    B                                      >claim <done <ready !granted
  `);
  assert.equal(overtakenIsTold.check(dropped.view).verdict, "unknown");
});

Deno.test("overtaken_is_told never accuses a correct history, and always one in which a late completion is believed", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (seed, pick) => {
      const { plan, entries } = madeHistory({ seed, keysMin: 150 });
      assert.notEqual(overtakenIsTold.check(view(plan, entries)).verdict, "violated");
      const overtaken = entries.filter((entry) => entry.type === "fail" && entry.reason === "the lease was lost");
      fc.pre(overtaken.length > 0);
      const told = overtaken[pick % overtaken.length]!;
      const believed = entries.flatMap((entry) => entry === told ? completed(entries, told) : [entry]);
      assert.equal(overtakenIsTold.check(view(plan, believed)).verdict, "violated");
    }),
    { numRuns: 30 },
  );
});

/** The entries of a drawn history, and where the second operation begins. */
function asRecorded({ view: { plan, entries } }: ReturnType<typeof drawn>) {
  const invoke = entries.findIndex((entry) => entry.type === "invoke" && entry.operation === "d2.1");
  return { plan, entries: entries as readonly Entry[], invoke };
}

/** A completion of the operation, done and acknowledged, in place of the sentence that it lost its lease. */
function completed(entries: readonly Entry[], told: Entry): Entry[] {
  assert.ok(told.type === "fail");
  const { atMs, operation } = told;
  const invoke = entries.find((entry) => entry.type === "invoke" && entry.operation === operation);
  assert.ok(invoke?.type === "invoke");
  const { instance } = invoke;
  const said = { type: "message", atMs, instance, service: "postgres", connection: 999, bytes: 9, request: 1 } as const;
  return [
    { ...said, direction: "up", message: "Query", text: "update leases set done = now()", operation },
    { ...said, direction: "down", message: "CommandComplete", operation },
    { ...said, direction: "down", message: "ReadyForQuery", last: true, operation },
    { type: "ok", atMs, operation, value: null },
  ];
}
