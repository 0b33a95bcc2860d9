/** The made histories: what tests and the bench rely on. */

import assert from "node:assert/strict";
import { voidReason } from "../core/disturbance.ts";
import { view } from "../core/view.ts";
import { madeHistory } from "./made_history.ts";

Deno.test("madeHistory() makes the same history of the same seed, in the order of time", () => {
  const made = madeHistory({ seed: 7, keysMin: 50 });
  assert.deepEqual(madeHistory({ seed: 7, keysMin: 50 }), made);
  const times = made.entries.map((entry) => entry.atMs);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
});

Deno.test("madeHistory() makes valid runs with every kind of outcome and effect", () => {
  const { plan, entries } = madeHistory({ seed: 7, keysMin: 200 });
  assert.deepEqual(voidReason(view(plan, entries)), {});
  const kinds = new Set(entries.map((entry) => entry.type === "sink" ? `sink ${entry.answer}` : entry.type));
  for (const kind of ["ok", "fail", "info", "effect", "sink accepted", "sink refused", "note", "message", "disturb"]) {
    assert.ok(kinds.has(kind), kind);
  }
});

Deno.test("madeHistory() makes as many entries as it is asked for", () => {
  const { entries } = madeHistory({ seed: 7, keysMin: 1, entriesMin: 5_000 });
  assert.ok(entries.length >= 5_000 && entries.length < 5_500, `${entries.length}`);
});
