/**
 * The order in which places are visited, and from which runs a conversation is learned.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import type { NamedScenario } from "../core/scenario.ts";
import type { Judged } from "../core/strategy.ts";
import { smooth, soonest, spread, twice, undisturbed } from "./cuts.ts";
import { disturbancesOf } from "./disturbances.ts";

Deno.test("spread() keeps every item once", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(), { maxLength: 300 }), (items) => {
    assert.deepEqual([...spread(items)].sort((a, b) => a - b), [...items].sort((a, b) => a - b));
  }));
});

Deno.test("soonest() keeps every item once, and begins with the last three that are preferred", () => {
  const even = (item: number) => item % 2 === 0;
  fc.assert(fc.property(fc.uniqueArray(fc.nat(), { maxLength: 300 }), (items) => {
    const ordered = soonest(items, even);
    assert.deepEqual([...ordered].sort((a, b) => a - b), [...items].sort((a, b) => a - b));
    const preferred = items.filter(even).slice(-3).reverse();
    assert.deepEqual(ordered.slice(0, preferred.length), preferred);
  }));
});

Deno.test("spread() meets every stretch of an eighth within the first sixteen items", () => {
  const items = Array.from({ length: 128 }, (_, i) => i);
  const met = new Set(spread(items).slice(0, 16).map((item) => Math.floor(item / 16)));
  assert.equal(met.size, 8);
});

const seriesScenario = {
  plans: { strategy: "cuts", operation: { key: "e1" }, disturb: ["cut"] },
} as unknown as NamedScenario["scenario"];

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

const said = (message: string, direction: "up" | "down") => ({
  place: { service: "redis", connection: 0, direction, message, nth: 0 } as const,
  bytes: 9,
  text: undefined,
});

Deno.test("between two messages of one direction there is one place, and it has both of their names", () => {
  const base = undisturbed({ path: "p", scenario: seriesScenario }, "open", 1);
  const spoken = [said("SET", "up"), said("GET", "up"), said("SimpleString", "down"), said("BulkString", "down")];
  const cuts = disturbancesOf("cut", spoken, { base, depth: "quick", stallMs: 1, opened: () => [] });
  const names = cuts.map(({ message, disturbance, before }) => {
    return [`${disturbance} ${message.place.message}`, ...(before ? [`cut before ${before.place.message}`] : [])];
  });
  const of = ["SET", "GET", "SimpleString", "BulkString"];
  const all = of.flatMap((message) => ["cut before", "cut inside", "cut after"].map((cut) => `${cut} ${message}`));
  assert.deepEqual(names.flat().sort(), all.sort());
  assert.deepEqual(names.filter(({ length }) => length > 1), [
    ["cut after SET", "cut before GET"],
    ["cut after SimpleString", "cut before BulkString"],
  ]);
});
