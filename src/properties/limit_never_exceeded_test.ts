/** limit_never_exceeded, by drawn histories, by mutation, and against the words of the claim. Promised are 2 calls in 50 ms. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeLimit, madeLimiter, madeLimiterOptions } from "../testing/made_limiter.ts";
import { limitNeverExceeded } from "./limit_never_exceeded.ts";

const history = (picture: string) => drawn(picture, { promises: { limit: 2, windowMs: 50 } });
const check = (picture: string) => limitNeverExceeded.check(history(picture).view);

Deno.test("limit_never_exceeded holds where no window has more allowed calls than the limit", () => {
  const picture = `
    A  |-call(k/1)-ok|                                             |-call(k/4)-ok|
    B     |-call(k/2)-ok| |-call(k/3)-fail(final 429)|
    C     |-call(j/1)-ok| |-call(j/2)-ok|
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 5 });
});

Deno.test("limit_never_exceeded is violated by one call more than the limit within the window, and shows them", () => {
  const picture = `
    A  |-call(k/1)-ok|
    B     |-call(k/2)-ok| |-call(k/3)-ok|
  `;
  const drawing = history(picture);
  const verdict = limitNeverExceeded.check(drawing.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "3 calls of k were allowed within 33 ms; at most 2 in 50 ms are promised");
  assert.deepEqual(told(drawing, verdict.evidence), [
    "invoke d1.1",
    "invoke d2.1",
    "ok d1.1",
    "ok d2.1",
    "invoke d3.1",
    "ok d3.1",
  ]);
});

Deno.test("limit_never_exceeded counts a call only where it lies in the window for certain", () => {
  const begunBefore = `
    A  |-call(k/1)---------------------ok|
    B                         |-call(k/2)-ok|    |-call(k/3)-ok|
  `;
  assert.equal(check(begunBefore).verdict, "holds");
  const longer = `
    A  |-call(k/1)-ok|
    B     |-call(k/2)-ok| |-call(k/3)------------------ok|
  `;
  assert.equal(check(longer).verdict, "holds");
});

Deno.test("limit_never_exceeded gives the accused what the store's clock may have run faster", () => {
  const picture = (pause: string) => `
    A  |-call(k/1)-ok|
    B     |-call(k/2)-ok| ${pause}|-call(k/3)-ok|
  `;
  assert.equal(check(picture(" ".repeat(14))).verdict, "violated"); // 47 ms
  assert.equal(check(picture(" ".repeat(15))).verdict, "holds"); // 48 ms: 50 less 2 % and the rounding of the store
});

Deno.test("limit_never_exceeded counts no call without a known outcome, and none that was refused", () => {
  const picture = `
    A  |-call(k/1)-ok| |-call(k/4)-ok(429)|
    B     |-call(k/2)-info| |-call(k/3)-ok|
    C     |-call(k/5)-fail(503)|
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 2 });
});

Deno.test("limit_never_exceeded knows nothing without calls, or without a promised limit", () => {
  assert.equal(check(`A  |-call(k/1)-fail(final 429)|`).verdict, "unknown");
  assert.equal(check(`A  |-push(k/1)-ok|`).verdict, "unknown");
  const silent = drawn(`A  |-call(k/1)-ok|`);
  assert.equal(limitNeverExceeded.check(silent.view).verdict, "unknown");
});

Deno.test("limit_never_exceeded never accuses a correct history, and always one whose calls come twice as fast as allowed", () => {
  fc.assert(fc.property(madeLimiterOptions, (options) => {
    const { plan, entries } = madeLimiter(options);
    assert.notEqual(limitNeverExceeded.check(view(plan, entries)).verdict, "violated");
    const copies = entries.flatMap((entry): Entry[] => {
      if (!("operation" in entry) || entry.operation === undefined) return [entry];
      return [entry, { ...entry, operation: `x${entry.operation}` } as Entry];
    });
    const allowed = copies.filter((e) => e.type === "ok").length / 2;
    fc.pre(allowed > 0);
    const [run, ...rest] = copies;
    assert.ok(run?.type === "run");
    const one = { ...run, promises: { ...madeLimit, limit: 1 } };
    assert.equal(limitNeverExceeded.check(view(plan, [one, ...rest])).verdict, "violated");
  }));
});

Deno.test("limit_never_exceeded says what the claim says, window by window", () => {
  const times = fc.array(fc.tuple(fc.nat(200), fc.nat(30)), { maxLength: 25 });
  fc.assert(fc.property(times, fc.nat(4), (calls, limit) => {
    const { plan, entries: [run] } = drawn(`A  ^started`, { promises: { limit, windowMs: 60 } });
    const entries = calls.flatMap(([atMs, forMs], n): Entry[] => {
      const operation = `d${n}.1`;
      const key = `k/${n}`;
      const op = { key, do: "call", effectless: true };
      return [
        { type: "invoke", atMs, operation, process: n, instance: 0, key, op },
        { type: "ok", atMs: atMs + forMs, operation, value: { status: 200 } },
      ];
    });
    entries.sort((a, b) => a.atMs - b.atMs);
    const certainMs = 60 * 0.98 - 1;
    const exceeded = calls.some(([fromMs]) =>
      calls.filter(([atMs, forMs]) => atMs >= fromMs && atMs + forMs < fromMs + certainMs).length > limit
    );
    const { verdict } = limitNeverExceeded.check(view(plan, [run!, ...entries]));
    assert.equal(verdict, exceeded ? "violated" : calls.length > 0 ? "holds" : "unknown");
  }));
});
