/** What is left of the machine's processors. */

import assert from "node:assert/strict";
import { cpus } from "node:os";
import { Processors } from "./processors.ts";

Deno.test("the idle share is that of the last 100 to 200 ms, of all processors together", () => {
  let [atMs, idleMs] = [0, 0];
  const pass = (ms: number, idleOfEach: number) => [atMs, idleMs] = [atMs + ms, idleMs + 2 * ms * idleOfEach];
  const processors = new Processors({ processors: 2, now: () => atMs, idleMs: () => idleMs });
  pass(100, 1);
  assert.equal(processors.idleShare(), 1);
  pass(100, 0);
  assert.equal(processors.idleShare(), 0);
  pass(50, 0.5);
  assert.equal(processors.idleShare(), 50 / 300); // since it was 100, not since it was last asked
  pass(50, 0.5);
  assert.equal(processors.idleShare(), 0.5);
});

Deno.test("counts that were not advanced yet, or that run backwards, leave the share between 0 and 1", () => {
  const idle = [1_000, 1_000, 900, 9_000];
  let atMs = 0;
  const processors = new Processors({ processors: 2, now: () => atMs, idleMs: () => idle.shift()! });
  assert.equal(processors.idleShare(), 0);
  for (const [ms, share] of [[10, 0], [20, 0], [25, 0], [30, 1]] as const) {
    atMs = ms;
    assert.equal(processors.idleShare(), share, `after ${ms} ms`); // at 25 nobody looks: the counts can hardly have advanced
  }
  assert.equal(idle.length, 0);
});

Deno.test("a machine that is kept busy has less left than one that rests", async () => {
  const processors = new Processors();
  const during = async (ms: number, work: () => void) => {
    for (const endMs = performance.now() + ms; performance.now() < endMs;) {
      work();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return processors.idleShare();
  };
  const busyUntil = (ms: number) => {
    for (const endMs = performance.now() + ms; performance.now() < endMs;);
  };
  const share = await during(400, () => busyUntil(20));
  const count = cpus().length;
  const most = Math.min(1 - 1 / count + 0.2, 1 - 0.6 / count);
  assert.ok(share <= most, `${share} of the processors idle, though one of ${count} was busy`);
});
