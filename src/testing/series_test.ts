/**
 * Series on real services: plans that are executed one after the other on the same instances give the same histories as plans
 * that are executed alone, whatever the subject does late, and whoever does not come to rest is replaced.
 */

import assert from "node:assert/strict";
import type { Entry } from "../core/history.ts";
import { formatVersion, type Plan } from "../core/plan.ts";
import { execute, executeSeries } from "../engine/execute.ts";
import { processPool } from "../platform/instances/pool.ts";
import { openLane } from "../platform/lane.ts";
import { openSink } from "../platform/sink.ts";
import { type Asked, seriesSubject } from "./series_subject.ts";
import { testStack } from "./stack.ts";

const stack = await testStack();

function planOf(identity: string, op: Asked, more: Partial<Plan<Asked>> = {}): Plan {
  return {
    formatVersion,
    scenario: "made/series",
    identity,
    seed: 1,
    instances: 1,
    warmUp: [],
    deliveries: [{ id: "d1", op, starts: { atMs: 0 }, route: [0], resendAfterMs: [5] }],
    faults: [],
    cuts: [],
    holds: [],
    choices: [],
    ...more,
  };
}

async function opened() {
  await using undo = new AsyncDisposableStack();
  const instancePool = undo.use(processPool());
  const sink = undo.use(await openSink());
  const session = `series${crypto.randomUUID().slice(0, 8)}`;
  const lane = undo.use(
    await openLane({
      session,
      index: 0,
      instances: 1,
      postgres: { url: stack.postgresUrl, server: undefined },
      toxiproxyUrl: stack.toxiproxyUrl,
      instancePool,
      sink,
    }),
  );
  const setting = { subject: seriesSubject, faults: new Map(), lane, prefix: "nt:1:", versions: {} };
  const done = undo.move();
  return { setting, [Symbol.asyncDispose]: () => done.disposeAsync() };
}

/** What a history says, without its times. */
const said = (history: readonly Entry[]) =>
  history.filter(({ type }) => ["invoke", "ok", "info", "sink", "note"].includes(type)).map((entry) => {
    const { atMs: _, ...rest } = entry as Entry & { index?: number };
    delete rest.index;
    return rest;
  });

Deno.test("plans of a series give the histories that they give alone, and no mark is to be seen", async () => {
  await using ground = await opened();
  const plans = ["one", "two", "three"].map((identity) => planOf(identity, { key: "e1" }));
  const histories = await executeSeries(plans, ground.setting);
  const alone = await execute({ plan: plans[0]!, ...ground.setting, prefix: "nt:2:" });
  assert.equal(histories.length, 3);
  for (const history of histories) {
    assert.deepEqual(said(history), said(alone));
    assert.ok(!JSON.stringify(history).includes("~"), "a mark is in a history");
    assert.ok(history.some((entry) => entry.type === "phase" && entry.phase === "quiet"));
  }
  const after = histories.map(([first]) => first?.type === "run" ? first.after : "no run");
  assert.deepEqual(after, [undefined, 1, 2]);
});

Deno.test("an effect that comes when the next run has begun counts for the run that it belongs to", async () => {
  await using ground = await opened();
  const plans = [
    planOf("late", { key: "e1", lateMs: 150 }),
    planOf("next", { key: "e1" }),
    planOf("last", { key: "e1" }),
  ];
  const histories = await executeSeries(plans, ground.setting);
  const sinks = histories.map((history) => history.filter((entry) => entry.type === "sink").map(({ key }) => key));
  assert.deepEqual(sinks, [["e1"], ["e1"], ["e1"]]);
});

Deno.test("an instance that did not answer is replaced before the next run", async () => {
  await using ground = await opened();
  const hangs = planOf("hangs", { key: "e1", hangs: true }, {
    deliveries: [{
      id: "d1",
      op: { key: "e1", hangs: true } as Asked,
      starts: { atMs: 0 },
      route: [0],
      resendAfterMs: [5_000],
    }],
  });
  const [first, second] = await executeSeries([hangs, planOf("next", { key: "e1" })], ground.setting);
  assert.ok(first!.some((entry) => entry.type === "info"));
  assert.ok(first!.some((entry) => entry.type === "instance" && entry.event === "stopped"));
  const started = second!.find((entry) => entry.type === "instance" && entry.event === "started");
  assert.equal(started?.type === "instance" && started.detail, undefined);
  assert.ok(second!.some((entry) => entry.type === "ok"));
});

Deno.test("the clock of a run stands still while others of its series have their turn", async () => {
  await using ground = await opened();
  const long = planOf("long", { key: "e1" }, {
    deliveries: [{ id: "d1", op: { key: "e1" }, starts: { atMs: 300 }, route: [0], resendAfterMs: [5] }],
  });
  const [first] = await executeSeries([planOf("short", { key: "e1" }), long], ground.setting);
  const endMs = first!.at(-1)!.atMs;
  assert.ok(endMs < 280, `the short run ended at ${endMs} ms of its own clock`);
});

Deno.test("what an instance leaves behind is told of the run that made it, when the next one needs a new instance", async () => {
  await using ground = await opened();
  const place = { service: "postgres", connection: 0, direction: "up", message: "Query", nth: 0, byte: 0 } as const;
  const needsNew = planOf("new", { key: "e1" }, { cuts: [{ id: "c1", instance: 0, operation: "d1.1", place }] });
  const [first, second] = await executeSeries(
    [planOf("leaves", { key: "e1", leaves: true }), needsNew],
    ground.setting,
  );
  const leaks = (history: readonly Entry[]) =>
    history.filter((entry) => entry.type === "instance" && entry.event === "leaked").length;
  assert.deepEqual([leaks(first!), leaks(second!)], [1, 0]);
});
