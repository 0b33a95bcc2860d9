/** Those flawed twins of the dedupe that need no bad road: each shows its flaw where it is provoked directly. */

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Dedupe, type DedupeOptions, openDedupe } from "../dedupe/mod.ts";
import { Stage, until } from "../dedupe/fixtures/stage.ts";
import { openBodiesNotCompared } from "./bodies_not_compared.ts";
import { openConnectionKept } from "./connection_kept.ts";
import { openConstraintTakenForGranted } from "./constraint_taken_for_granted.ts";
import { openMistakesSwallowed } from "./mistakes_swallowed.ts";
import { openRejectionNobodyHears } from "./rejection_nobody_hears.ts";
import { openRetryAfterDropped } from "./retry_after_dropped.ts";
import { openWaitsForTheLock } from "./waits_for_the_lock.ts";

type Modes = Pick<Dedupe, "transactional" | "leased"> & AsyncDisposable;

const mistake = () => Promise.reject(new TypeError("a mistake"));

/** What is seen of an instance on a stage of its own. */
async function seenOf<T>(
  open: (options: DedupeOptions) => Promise<Modes>,
  look: (dedupe: Modes, stage: Stage) => Promise<T>,
): Promise<T> {
  await using stage = await Stage.create();
  await using dedupe = await open({ url: stage.url, schema: stage.schema, deadlineMs: 2_000 });
  return await look(dedupe, stage);
}

Deno.test("mistakes swallowed: what the handler throws is acknowledged, and the event is claimed for good", async () => {
  const look = async (dedupe: Modes, stage: Stage) => {
    const { verdict } = await dedupe.transactional({ id: "a", body: "{}" }, mistake).catch((error) => error);
    return { verdict, ...await stage.count("a") };
  };
  assert.deepEqual(await seenOf(openMistakesSwallowed, look), { verdict: "first", effects: 0, claims: 1 });
  assert.deepEqual(await seenOf(openDedupe, look), { verdict: undefined, effects: 0, claims: 0 });
});

Deno.test("bodies not compared: the same id with another body is a duplicate", async () => {
  const look = async (dedupe: Modes) => {
    await dedupe.transactional({ id: "a", body: "one" }, () => 1);
    await dedupe.leased({ id: "b", body: "one" }, () => 1);
    return [
      (await dedupe.transactional({ id: "a", body: "other" }, () => 1)).verdict,
      (await dedupe.leased({ id: "b", body: "other" }, () => 1)).verdict,
    ];
  };
  assert.deepEqual(await seenOf(openBodiesNotCompared, look), ["duplicate", "duplicate"]);
  assert.deepEqual(await seenOf(openDedupe, look), ["conflict", "conflict"]);
});

Deno.test("the constraint taken for granted: without it the service starts, and fails at the first event", async () => {
  await using stage = await Stage.create();
  await stage.truth.unsafe("alter table webhook_event drop constraint webhook_event_pkey");
  await using twin = await openConstraintTakenForGranted({ url: stage.url, schema: stage.schema });
  await assert.rejects(twin.transactional({ id: "a", body: "{}" }, () => 1));
});

Deno.test("a rejection that nobody hears: a delivery that fails rejects twice, and one of them is heard", async () => {
  const unheard = async (open: (options: DedupeOptions) => Promise<Modes>) => {
    const heard: unknown[] = [];
    const hear = (event: PromiseRejectionEvent) => {
      event.preventDefault(); // it would end the process of the tests, as it ends a service's
      heard.push(event.reason.message);
    };
    globalThis.addEventListener("unhandledrejection", hear);
    try {
      await seenOf(open, (dedupe) => assert.rejects(dedupe.transactional({ id: "a", body: "{}" }, mistake), TypeError));
    } finally {
      globalThis.removeEventListener("unhandledrejection", hear);
    }
    return heard;
  };
  assert.deepEqual(await unheard((options) => openRejectionNobodyHears(options)), ["a mistake"]);
  assert.deepEqual(await unheard(openDedupe), []);
  const took: number[] = [];
  await seenOf((options) => openRejectionNobodyHears(options, (ms) => took.push(ms)), async (dedupe) => {
    await dedupe.transactional({ id: "a", body: "{}" }, () => 1);
  });
  assert.equal(took.length, 1);
});

Deno.test("a connection kept: it is there when the dedupe is closed", async () => {
  const left = async (open: (options: DedupeOptions) => Promise<Modes>, expected: number) => {
    await using stage = await Stage.create();
    const dedupe = await open({ url: stage.url, schema: stage.schema, deadlineMs: 2_000 });
    await dedupe.transactional({ id: "a", body: "{}" }, () => 1);
    await dedupe[Symbol.asyncDispose]();
    // A session ends a moment after its connection.
    await until("the others have ended", async () => (await stage.backends()).length <= expected);
    const kept = await stage.backends();
    await stage.endBackends(kept);
    return kept.length;
  };
  assert.equal(await left(openConnectionKept, 1), 1);
  assert.equal(await left(openDedupe, 0), 0);
});

Deno.test("waits for the lock: a copy of an event that is in work hears of it when the work is over", async () => {
  const order = async (dedupe: Modes) => {
    const said: string[] = [];
    const { promise: begun, resolve: isAtWork } = Promise.withResolvers<void>();
    const { promise: told, resolve: copyIsTold } = Promise.withResolvers<void>();
    const work = dedupe.transactional({ id: "a", body: "{}" }, async () => {
      isAtWork();
      await Promise.race([told, pause(1_000, undefined, { ref: false })]);
      said.push("the work is over");
    });
    await begun;
    said.push((await dedupe.transactional({ id: "a", body: "{}" }, () => {})).verdict);
    copyIsTold();
    await work;
    return said;
  };
  assert.deepEqual(await seenOf(openWaitsForTheLock, order), ["the work is over", "duplicate"]);
  assert.deepEqual(await seenOf(openDedupe, order), ["busy", "the work is over"]);
});

Deno.test("Retry-After dropped: the gateway keeps status and body, and drops when to come again", async () => {
  await seenOf(openRetryAfterDropped, async (dedupe) => {
    const { gateway } = dedupe as Awaited<ReturnType<typeof openRetryAfterDropped>>;
    const headers = { "retry-after": "1", "content-type": "application/problem+json" };
    const response = gateway(new Response("{}", { status: 409, headers }));
    assert.deepEqual([response.status, await response.text(), [...response.headers]], [409, "{}", [
      ["content-type", "application/problem+json"],
    ]]);
  });
});
