/** told_while_in_work, by made views: which copies met a handler at work, and what each was owed. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { View } from "../core/view.ts";
import { toldWhileInWork } from "./told_while_in_work.ts";

interface Made {
  readonly workEndsAtMs: number;
  readonly copyAtMs: number;
  readonly toldAtMs: number | undefined;
  readonly stalled?: boolean;
}

/** One event: d1's handler begins at 10 ms, and one copy arrives. */
function made({ workEndsAtMs, copyAtMs, toldAtMs, stalled = false }: Made): View {
  const operation = (id: string, index: number, atMs: number, endMs: number | undefined) => ({
    id,
    key: "e1",
    invoke: { index, atMs },
    settled: endMs === undefined ? undefined : { index: index + 10, atMs: endMs },
  });
  return {
    keys: new Map([["e1", {
      operations: [operation("d1.1", 0, 0, workEndsAtMs), operation("d2.1", 2, copyAtMs, toldAtMs)],
    }]]),
    notes: [{ index: 1, atMs: 10, kind: "handler", operation: "d1.1" }],
    stalls: stalled ? [{ atMs: copyAtMs + 100, forMs: 50 }] : [],
  } as unknown as View;
}

Deno.test("told_while_in_work holds where the copy was answered while the work went on", () => {
  const verdict = toldWhileInWork.check(made({ workEndsAtMs: 800, copyAtMs: 60, toldAtMs: 300 }));
  assert.deepEqual(verdict, { verdict: "holds", examined: 1 });
});

Deno.test("told_while_in_work is violated by an answer that came with the end of the work, or never", () => {
  for (const toldAtMs of [801, undefined]) {
    const verdict = toldWhileInWork.check(made({ workEndsAtMs: 800, copyAtMs: 60, toldAtMs }));
    assert.ok(verdict.verdict === "violated");
    assert.equal(verdict.because, "d2.1 met the work of d1.1 on event e1, and was answered only after it");
  }
});

Deno.test("told_while_in_work is unknown where no copy met work that went on, and where the harness stood still", () => {
  assert.equal(toldWhileInWork.check(made({ workEndsAtMs: 300, copyAtMs: 60, toldAtMs: 310 })).verdict, "unknown");
  assert.equal(toldWhileInWork.check(made({ workEndsAtMs: 800, copyAtMs: 5, toldAtMs: 810 })).verdict, "unknown");
  const stalled = made({ workEndsAtMs: 800, copyAtMs: 60, toldAtMs: 810, stalled: true });
  assert.equal(toldWhileInWork.check(stalled).verdict, "unknown");
});

Deno.test("an answer moved behind the end of the work is noticed", () => {
  fc.assert(fc.property(fc.integer({ min: 10, max: 300 }), fc.nat(500), (copyAtMs, later) => {
    const verdict = toldWhileInWork.check(made({ workEndsAtMs: 800, copyAtMs, toldAtMs: 800 + later }));
    return verdict.verdict === "violated";
  }));
});
