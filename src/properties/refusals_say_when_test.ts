/** refusals_say_when, by made notes: which answers owe a time, and which do not. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { View } from "../core/view.ts";
import { refusalsSayWhen } from "./refusals_say_when.ts";

const answered = (...notes: readonly { status: number; waits: boolean }[]) =>
  ({
    notes: notes.map((data, index) => ({
      index,
      atMs: index,
      type: "note",
      instance: 0,
      kind: "status",
      data,
      operation: `d1.${index}`,
    })),
  }) as unknown as View;

Deno.test("refusals_say_when holds where each 409, 429 and 503 has a Retry-After", () => {
  const verdict = refusalsSayWhen.check(
    answered({ status: 503, waits: true }, { status: 409, waits: true }, { status: 429, waits: true }),
  );
  assert.deepEqual(verdict, { verdict: "holds", examined: 3 });
});

Deno.test("refusals_say_when is violated by the first answer that says nothing of when", () => {
  const verdict = refusalsSayWhen.check(answered({ status: 503, waits: true }, { status: 409, waits: false }));
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "d1.1 was answered 409, and not told when to come again");
  assert.deepEqual(verdict.evidence, [1]);
});

Deno.test("refusals_say_when asks nothing of final answers, and is unknown where there were no others", () => {
  assert.equal(
    refusalsSayWhen.check(answered({ status: 400, waits: false }, { status: 422, waits: false })).verdict,
    "unknown",
  );
});

Deno.test("taking the header off any answer that owes it is noticed", () => {
  const status = fc.constantFrom(409, 429, 503);
  fc.assert(fc.property(fc.array(status, { minLength: 1 }), fc.nat(), (all, nth) => {
    const notes = all.map((status, i) => ({ status, waits: i !== nth % all.length }));
    return refusalsSayWhen.check(answered(...notes)).verdict === "violated";
  }));
});
