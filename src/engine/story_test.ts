/**
 * Stories of small histories, whole: a sibling is one more history and the lines that it must become.
 */

import assert from "node:assert/strict";
import type { Entry } from "../core/history.ts";
import type { Plan } from "../core/plan.ts";
import { violated } from "../core/verdict.ts";
import { view } from "../core/view.ts";
import { doubledEvidence, doubledRun, emptyPlan, runEntry } from "../testing/made_run.ts";
import { storyOf } from "./story.ts";

function told(plan: Plan, history: Entry[], evidence: number[]): string[] {
  return storyOf(view(plan, history), violated(1, "the claim is broken", evidence));
}

function asked(operation: string, atMs: number, instance = 0, key = "e1"): Entry {
  return { type: "invoke", atMs, operation, process: 0, instance, key, op: { key } };
}

Deno.test("storyOf() tells sends, the cut, the answers and what was found, in this order", () => {
  const run = doubledRun("e1");
  const story = told(
    run.plan,
    [...run.history],
    doubledEvidence(run),
  );
  assert.deepEqual(story, [
    "delivery d1 of e1 was sent to instance 0 (d1.1)",
    'the connection of instance 0 was cut before the reply to `insert into "claims" values (?) on conflict do nothing -- </script><b>` came through (postgres#0 down ReadyForQuery[2] @0)',
    "d1.1, at instance 0, was answered info: write CONNECTION_CLOSED",
    "100 ms later, d1 was sent again, to instance 1 (d1.2)",
    "d1.2, at instance 1, was answered ok: first",
    "when all was quiet, e1 had 2 effects: by d1.1 and d1.2",
  ]);
});

Deno.test("storyOf() says where an acknowledged key has no effect, and that no fault was needed", () => {
  const plan = emptyPlan("dedupe/x", "p");
  const story = told(plan, [
    runEntry(plan, 0),
    asked("d1.1", 1, 1),
    { type: "ok", atMs: 2, operation: "d1.1", value: "duplicate" },
    { type: "phase", atMs: 3, phase: "quiet" },
  ], [2]);
  assert.deepEqual(story, [
    "nothing was disturbed: the sender alone was enough",
    "delivery d1 of e1 was sent to instance 1 (d1.1)",
    "d1.1, at instance 1, was answered ok: duplicate, although no effect of e1 exists",
    "when all was quiet, e1 had no effect, although d1.1 was acknowledged",
  ]);
});

Deno.test("storyOf() does not take the statement of an earlier request for that of a message that never arrived", () => {
  const run = doubledRun("e1");
  const place = { ...run.plan.cuts[0]!.place, direction: "up", message: "Query", byte: "middle" } as const;
  const plan = { ...run.plan, cuts: [{ ...run.plan.cuts[0]!, place }] };
  const story = told(plan, [...run.history], doubledEvidence(run));
  assert.ok(
    story.includes("the connection of instance 0 was cut in the middle of its Query (postgres#0 up Query[2] @middle)"),
  );
});

Deno.test("storyOf() tells a fault window with its evidence, a stall, and a process that died", () => {
  const place = { service: "postgres", connection: 0, direction: "up", message: "Execute", nth: 0 } as const;
  const plan: Plan = {
    ...emptyPlan("dedupe/x", "p"),
    holds: [{ id: "h1", kind: "stall", instance: 0, operation: "d1.1", place, forMs: 700 }],
  };
  const latency = { type: "disturb", id: "f1", fault: "black_hole", instance: "all" } as const;
  const story = told(plan, [
    runEntry(plan, 0),
    { ...latency, atMs: 0, event: "injected" },
    asked("d1.1", 1),
    { type: "disturb", id: "h1", fault: "stall", instance: 0, atMs: 3, event: "struck", place },
    { ...latency, atMs: 9, event: "struck", evidence: "3 requests got no answer" },
    { ...latency, atMs: 20, event: "healed" },
    { type: "instance", atMs: 30, instance: 0, event: "died", detail: "signal SIGKILL" },
    { type: "info", atMs: 31, operation: "d1.1", reason: "died", because: "died" },
  ], [7]);
  assert.deepEqual(story.slice(0, 5), [
    "black hole at all instances for 20 ms: 3 requests got no answer",
    "delivery d1 of e1 was sent to instance 0 (d1.1)",
    "the Execute of d1.1 was held for 700 ms (postgres#0 up Execute[0])",
    "instance 0 died: signal SIGKILL",
    "the process of instance 0 ended with d1.1 under way: nobody knows what it did",
  ]);
});

Deno.test("storyOf() stays short when a thousand sends share the key, and counts what it leaves out", () => {
  const plan = emptyPlan("dedupe/x", "p");
  const history: Entry[] = [runEntry(plan, 0)];
  for (let n = 1; n <= 1000; n++) {
    history.push(asked(`d${n}.1`, n), {
      type: "ok",
      atMs: n + 0.5,
      operation: `d${n}.1`,
      value: { verdict: "duplicate" },
    });
  }
  history.push({ type: "effect", atMs: 2000, key: "e1", operation: "d900.1", order: 0 });
  const story = told(plan, history, [history.length - 1]);
  assert.ok(story.length < 40, `${story.length} lines`);
  assert.ok(story.includes("990 more sends are left out here"));
  assert.ok(story.some((line) => line.includes("(d900.1)")));
});
