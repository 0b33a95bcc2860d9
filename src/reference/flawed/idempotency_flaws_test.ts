/** Each flawed twin of the idempotency checker shows its flaw where it is provoked directly, and in good weather it does not. */

import assert from "node:assert/strict";
import { type Gate, Relay, says } from "../dedupe/fixtures/relay.ts";
import { RedisStage, until } from "../fixtures/redis_stage.ts";
import { type Idempotency, type IdempotencyOptions, LeaseLost, openIdempotency } from "../idempotency/mod.ts";
import { openClaimThatLivesForADay } from "./claim_that_lives_for_a_day.ts";
import { openRemembersForALease } from "./remembers_for_a_lease.ts";
import { openSaysNotProcessedOnAnError } from "./says_not_processed_on_an_error.ts";

type Open = (options: IdempotencyOptions) => Promise<Idempotency>;

const leaseMs = 150;
const hourMs = 3_600_000;
const fail = () => assert.fail("a task ran that must not");

/** Two workers, the first of them on a road that loses the reply to its next claim of "k". */
async function onBadRoad(open: Open) {
  await using made = new AsyncDisposableStack();
  const stage = made.use(new RedisStage());
  const { relay, url } = await Relay.to(stage.url);
  made.use(relay);
  const all = { prefix: stage.prefix, deadlineMs: 1_000, leaseMs };
  const worker = made.use(await open({ ...all, url }));
  const other = made.use(await open({ ...all, url: stage.url }));
  relay.gate = cutReplyTo(`${stage.prefix}{k}`);
  const rest = made.move();
  return { worker, other, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

/** Cuts the reply to the first request that says the text. */
function cutReplyTo(text: string): Gate {
  let state: "waiting" | "asked" | "cut" = "waiting";
  return (chunk, way) => {
    if (state === "waiting" && way === "up" && says(chunk, text)) state = "asked";
    else if (state === "asked" && way === "down" && chunk.length > 0) {
      state = "cut";
      return "cut";
    }
    return chunk;
  };
}

Deno.test("says not processed on an error: the reply to the claim is lost, and the task is run twice", async () => {
  await using road = await onBadRoad(openSaysNotProcessedOnAnError);
  let ran = 0;
  await assert.rejects(road.worker.run("k", () => ++ran), LeaseLost);
  await until("it is run again", async () => (await road.other.run("k", () => ++ran)).verdict === "first");
  assert.equal(ran, 2);
});

Deno.test("a claim that lives for a day: its reply is lost, and all are told that somebody is at it, until tomorrow", async () => {
  await using road = await onBadRoad(openClaimThatLivesForADay);
  const beganAtMs = performance.now();
  await until("the lease would have run out", async () => {
    for (const worker of [road.worker, road.other]) {
      const verdict = await worker.run("k", fail);
      assert.ok(verdict.verdict === "busy" && verdict.retryAfterMs > 23 * hourMs);
    }
    return performance.now() - beganAtMs > 2 * leaseMs;
  });
});

Deno.test("the good one, on the same road, runs the task once", async () => {
  await using road = await onBadRoad(openIdempotency);
  let ran = 0;
  assert.deepEqual(await road.worker.run("k", () => ++ran), { verdict: "first", value: 1 });
  assert.deepEqual(await road.other.run("k", fail), { verdict: "duplicate", value: 1 });
});

Deno.test("remembers for a lease: what was done is run again when a lease would have run out", async () => {
  await using stage = new RedisStage();
  await using worker = await openRemembersForALease({ url: stage.url, prefix: stage.prefix, leaseMs });
  const beganAtMs = performance.now();
  assert.equal((await worker.run("k", () => 1)).verdict, "first");
  await until("it is forgotten", async () => (await worker.run("k", () => 2)).verdict === "first");
  assert.ok(performance.now() - beganAtMs > 0.9 * leaseMs);
});

for (const open of [openClaimThatLivesForADay, openRemembersForALease, openSaysNotProcessedOnAnError]) {
  const flaw = open.name.replace(/^open/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
  Deno.test(`in good weather nobody sees that it is flawed: ${flaw}`, async () => {
    assert.deepEqual(await inGoodWeather(open), await inGoodWeather(openIdempotency));
  });
}

async function inGoodWeather(open: Open): Promise<unknown> {
  await using stage = new RedisStage();
  await using worker = await open({ url: stage.url, prefix: stage.prefix, deadlineMs: 2_000, leaseMs: 3_000 });
  const meanwhile: unknown[] = [];
  const task = async () => {
    meanwhile.push((await worker.run("k", fail)).verdict);
    return "done";
  };
  return [
    await worker.run("k", task),
    meanwhile,
    await worker.run("k", fail),
    await worker.run("k", fail, { fingerprint: "another" }),
    await worker.run("fails", () => Promise.reject(new Error("mine"))).catch((error) => error.message),
    await worker.run("fails", () => "in the end"),
  ];
}
