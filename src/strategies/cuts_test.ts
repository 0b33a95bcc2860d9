/**
 * The order in which places are visited, and from which runs a conversation is learned.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import type { Judged } from "../core/strategy.ts";
import { smooth, soonest, spread, twice } from "./cuts.ts";

Deno.test("spread() keeps every item once", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(), { maxLength: 300 }), (items) => {
    assert.deepEqual([...spread(items)].sort((a, b) => a - b), [...items].sort((a, b) => a - b));
  }));
});

Deno.test("soonest() keeps every item once, and begins near the end", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(), { maxLength: 300 }), (items) => {
    assert.deepEqual([...soonest(items)].sort((a, b) => a - b), [...items].sort((a, b) => a - b));
    if (items.length >= 8) assert.deepEqual(soonest(items).slice(0, 3), [items.at(-2), items.at(-5), items.at(-8)]);
  }));
});

Deno.test("spread() meets every stretch of an eighth within the first sixteen items", () => {
  const items = Array.from({ length: 128 }, (_, i) => i);
  const met = new Set(spread(items).slice(0, 16).map((item) => Math.floor(item / 16)));
  assert.equal(met.size, 8);
});

/** A run in which the operation went over these messages. */
function heard(messages: readonly string[], more: { outcome?: Entry["type"]; voided?: string } = {}): Judged {
  const entries = messages.map((message, i) => ({
    type: "message",
    atMs: i,
    instance: 0,
    service: "postgres",
    connection: 0,
    direction: "up",
    message,
    bytes: 5,
    request: 1,
    operation: "d1.1",
  }));
  const history = [...entries, { type: more.outcome ?? "ok", atMs: 9, operation: "d1.1" }] as Entry[];
  return { history, void: more.voided } as unknown as Judged;
}

Deno.test("a conversation is learned once two valid runs went over the same messages", () => {
  const usual = heard(["Bind", "Execute", "Sync"]);
  const other = heard(["Parse", "Bind", "Execute", "Sync"]);
  assert.equal(twice([usual]), undefined);
  assert.equal(twice([usual, other]), undefined);
  assert.equal(twice([other, usual, heard(["Bind", "Execute", "Sync"])]), usual);
  assert.equal(twice([usual, heard(["Bind", "Execute", "Sync"], { voided: "the observer stood still" })]), undefined);
});

Deno.test("a run in which something was refused or ran out of time is not smooth", () => {
  assert.equal(smooth(heard(["Sync"])), true);
  assert.equal(smooth(heard(["Sync"], { outcome: "info" })), false);
  assert.equal(smooth(heard(["Sync"], { outcome: "fail" })), false);
});
