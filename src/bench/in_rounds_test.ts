/** Rates and ratios: what several workers did counts in full, and a ratio is one of the same round. */

import assert from "node:assert/strict";
import { compare, during } from "./in_rounds.ts";

const { signal } = new AbortController();

Deno.test("what many workers do at once counts in full", async () => {
  let done = 0;
  const work = async () => {
    await Promise.resolve();
    return ++done && 1;
  };
  const startedMs = performance.now();
  const rate = await during(work, { ms: 5, atOnce: 50, signal })();
  // The clock of the rate ran no longer than ours.
  assert.ok(rate >= 1_000 * done / (performance.now() - startedMs), `${rate} a second, ${done} done`);
});

Deno.test("a ratio is that of one round, and the first round does not count", async () => {
  const given = (rates: number[]) => () => Promise.resolve(rates.shift()!);
  const ours = given([1, 10, 40, 90]);
  const bare = given([1_000, 10, 20, 100]);
  const compared = await compare({ ours, bare }, { rounds: 3, signal });
  assert.deepEqual(compared, { ratio: { value: 1, range: { min: 0.9, max: 2 } }, ours: 40, bare: 20 });
});

Deno.test("no round begins after an interruption", async () => {
  const never = () => Promise.reject(new Error("a side was measured"));
  const aborted = AbortSignal.abort(new Error("interrupted"));
  await assert.rejects(compare({ ours: never, bare: never }, { rounds: 1, signal: aborted }), /interrupted/);
});
