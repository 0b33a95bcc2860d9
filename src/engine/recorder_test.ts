/**
 * The recorder: one clock, a stated cap, and nothing that verdicts rest on is ever dropped.
 */

import assert from "node:assert/strict";
import { chatterMax, Recorder } from "./recorder.ts";

Deno.test("Recorder gives what happened before time zero negative times, and keeps the order", () => {
  const recorder = new Recorder();
  recorder.add({ type: "instance", instance: 0, event: "started" });
  recorder.zero();
  recorder.add({ type: "phase", phase: "zero" });
  const [before, after] = recorder.entries;
  assert.ok(before!.atMs <= 0);
  assert.ok(after!.atMs >= 0 && after!.atMs < 1_000);
});

Deno.test("Recorder drops chatter beyond its cap, says how much, and keeps outcomes and effects", () => {
  const recorder = new Recorder();
  for (let i = 0; i < chatterMax + 5; i++) recorder.put({ type: "note", atMs: 1, instance: 0, kind: "flood" });
  recorder.add({ type: "ok", operation: "d1.1", value: null });
  recorder.add({ type: "effect", key: "e1", operation: "d1.1", order: 0 });
  recorder.close();
  assert.equal(recorder.entries.filter((entry) => entry.type === "note").length, chatterMax);
  assert.deepEqual(recorder.entries.slice(-3).map((entry) => entry.type), ["ok", "effect", "dropped"]);
  const last = recorder.entries.at(-1);
  assert.equal(last?.type === "dropped" && last.count, 5);
});
