/** The made debouncer and the made limiter: what tests by mutation rely on. */

import assert from "node:assert/strict";
import { voidReason } from "../core/disturbance.ts";
import { view } from "../core/view.ts";
import { madeDebouncer } from "./made_debouncer.ts";
import { madeLimiter } from "./made_limiter.ts";

const seeds = Array.from({ length: 200 }, (_, seed) => seed);
const debouncers = seeds.map((seed) => madeDebouncer({ seed, conversations: 3, messagesMax: 12 }));
const limiters = seeds.map((seed) => madeLimiter({ seed, calls: 50 }));

Deno.test("made subjects are the same of the same seed, in the order of time, and valid", () => {
  assert.deepEqual(madeDebouncer({ seed: 7, conversations: 3, messagesMax: 12 }), debouncers[7]);
  assert.deepEqual(madeLimiter({ seed: 7, calls: 50 }), limiters[7]);
  for (const { plan, entries } of [...debouncers, ...limiters]) {
    const times = entries.map(({ atMs }) => atMs);
    assert.deepEqual(times, times.toSorted((a, b) => a - b));
    assert.deepEqual(voidReason(view(plan, entries)), {});
  }
});

Deno.test("madeDebouncer() makes every kind of push, batch and end of a message", () => {
  const told = new Set(debouncers.flatMap(({ entries }) =>
    entries.flatMap((entry) => {
      if (entry.type !== "note") return [entry.type];
      const { attempt, full } = entry.data as { attempt?: number; full?: boolean };
      return [entry.kind, ...(attempt === 1 ? [] : ["again"]), ...(full ? ["full"] : ["quiet"])];
    })
  ));
  for (const kind of ["ok", "fail", "info", "effect", "batch", "again", "full", "quiet", "dead", "disturb"]) {
    assert.ok(told.has(kind), kind);
  }
});

Deno.test("madeLimiter() makes calls that are allowed, refused and unavailable, in every outage", () => {
  const all = limiters.flatMap(({ entries }) => entries);
  const reasons = new Set(all.map((entry) => "reason" in entry ? entry.reason.slice(0, 3) : entry.type));
  for (const kind of ["ok", "429", "503"]) assert.ok(reasons.has(kind), kind);
  const faults = new Set(all.map((entry) => entry.type === "disturb" ? entry.fault : ""));
  for (const fault of ["refused", "redis_killed", "black_hole"]) assert.ok(faults.has(fault), fault);
});
