/**
 * Waiting always ends: by its time, its condition, its deadline or an abort.
 */

import assert from "node:assert/strict";
import { pause, until, within } from "./pause.ts";

Deno.test("pause() waits its time, and says that it did", async () => {
  const startedMs = performance.now();
  assert.equal(await pause(20, new AbortController().signal), true);
  assert.ok(performance.now() - startedMs >= 19);
});

Deno.test("pause() ends at once when aborted, before and meanwhile", async () => {
  const controller = new AbortController();
  const waiting = pause(60_000, controller.signal);
  controller.abort();
  assert.equal(await waiting, false);
  assert.equal(await pause(60_000, controller.signal), false);
});

Deno.test("until() gives true as soon as the condition holds, and false at its deadline", async () => {
  let asked = 0;
  assert.equal(await until(() => ++asked === 3, { deadlineMs: 5_000, everyMs: 1 }), true);
  assert.equal(asked, 3);
  assert.equal(await until(() => false, { deadlineMs: 10, everyMs: 2 }), false);
});

Deno.test("within() gives what the work gives, or what it was told when the work is late", async () => {
  assert.equal(await within(Promise.resolve("in time"), 1_000, "late"), "in time");
  const never = new Promise<string>(() => {});
  assert.equal(await within(never, 5, "late"), "late");
});
