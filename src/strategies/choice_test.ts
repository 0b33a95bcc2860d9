/** Which plans are drawn: at least so many, then what a fault still needs, and never more than may be. */

import assert from "node:assert/strict";
import type { AnyFault } from "../core/fault.ts";
import type { Entry } from "../core/history.ts";
import type { NamedScenario } from "../core/scenario.ts";
import type { Budget, Judged } from "../core/strategy.ts";
import { Choice } from "./choice.ts";

const named = (faults: readonly string[], runsMin: number, runsMax?: number) =>
  ({
    path: "made/up",
    scenario: {
      kind: "claim",
      plans: {
        strategy: "sample",
        faults: faults.map((name) => ({ name }) as AnyFault),
        runsMin,
        ...(runsMax ? { runsMax } : {}),
      },
    },
  }) as unknown as NamedScenario;

const budget = { depth: "quick", shard: { index: 0, of: 1 } } as Budget;

/** A choice among plans of one fault each, one fault after the other. */
function choiceOf(faults: readonly string[], runsMin: number, runsMax?: number): Choice {
  return new Choice(
    named(faults, runsMin, runsMax),
    budget,
    (i) => faults.slice(i % faults.length, i % faults.length + 1),
  );
}

/** A run in which a fault was confirmed while an operation was under way. */
function met(fault: string): Judged {
  const history = [
    {
      type: "run",
      atMs: 0,
      formatVersion: 1,
      scenario: "made/up",
      identity: "seed 1 #0",
      subject: "nobody",
      promises: { answersWithinMs: 1, convergesWithinMs: 1 },
      graceMs: 0,
      versions: {},
    },
    { type: "invoke", atMs: 0, operation: "d1.1", process: 0, instance: 0, key: "e1", op: {} },
    { type: "disturb", atMs: 1, id: "f1", fault, instance: 0, event: "injected" },
    { type: "disturb", atMs: 2, id: "f1", fault, instance: 0, event: "struck" },
    { type: "disturb", atMs: 3, id: "f1", fault, instance: 0, event: "healed" },
    { type: "ok", atMs: 4, operation: "d1.1", value: null },
  ] as Entry[];
  const plan = { instances: 1, warmUp: [], deliveries: [], faults: [{ id: "f1", fault }], cuts: [], holds: [] };
  return { plan, history, verdicts: {}, void: undefined } as unknown as Judged;
}

function take(choice: Choice, most: number): number[] {
  const taken: number[] = [];
  for (let next = choice.next(); !next.done && taken.length < most; next = choice.next()) taken.push(next.value);
  return taken;
}

Deno.test("all of the first plans are drawn, and no more while those under way may suffice", () => {
  assert.deepEqual(take(choiceOf(["a", "b"], 12), 100), Array.from({ length: 12 }, (_, i) => i));
});

Deno.test("a fault that came to nothing is drawn again, and only that one", () => {
  const choice = choiceOf(["a", "b"], 10);
  for (const i of take(choice, 100)) choice.done(i, i % 2 === 0 ? met("a") : { ...met("b"), void: "nothing happened" });
  assert.equal(choice.isOver, false);
  assert.deepEqual(take(choice, 100), [11, 13, 15, 17, 19]);
  for (const i of [11, 13, 15, 17, 19]) choice.done(i, met("b"));
  assert.deepEqual(take(choice, 100), []);
  assert.equal(choice.isOver, true);
});

Deno.test("another plan is drawn in the place of a void run", () => {
  const choice = choiceOf([], 3);
  for (const i of take(choice, 100)) choice.done(i, { ...met("none"), void: i === 1 ? "nothing happened" : undefined });
  assert.equal(choice.valid, 2);
  assert.equal(choice.isOver, false);
  assert.deepEqual(take(choice, 100), [3]);
  choice.done(3, met("none"));
  assert.equal(choice.isOver, true);
});

Deno.test("a plan is drawn for any of its faults that is still needed, and hoped for by all of them", () => {
  const plans = [["a", "b"], ["b", "c"], ["c", "a"], ["a"]];
  const choice = new Choice(named(["a", "b", "c"], 1), budget, (i) => plans[i % 4]!);
  const taken = take(choice, 100);
  assert.deepEqual(taken, [0, 1, 2, 3, 4, 5, 6, 8, 9], "of what is in the seventh there is enough");
  for (const i of taken) choice.done(i, met(i < 5 ? "a" : "b"));
  assert.deepEqual(take(choice, 5), [10, 12, 13, 14, 17], "only c is still needed, and b once");
});

Deno.test("a fault that never strikes does not make a search endless", () => {
  const choice = choiceOf(["a"], 3, 9);
  let begun = 0;
  for (let next = choice.next(); !next.done && begun < 100; next = choice.next()) {
    begun++;
    choice.done(next.value, { ...met("a"), void: "nothing happened" });
  }
  assert.equal(begun, 9);
  assert.equal(choice.isOver, false);
});

Deno.test("a scenario without faults is over after its runs", () => {
  const choice = choiceOf([], 4);
  for (const i of take(choice, 100)) choice.done(i, met("none"));
  assert.equal(choice.valid, 4);
  assert.equal(choice.isOver, true);
});

Deno.test("runs that are void whatever is drawn come to an end: three for each that is asked for, where there are no faults", () => {
  const choice = choiceOf([], 4);
  let begun = 0;
  for (let next = choice.next(); !next.done; next = choice.next()) {
    choice.done(next.value, { ...met("none"), void: "it did not start" });
    if (++begun > 1_000) break;
  }
  assert.equal(begun, 12);
});
