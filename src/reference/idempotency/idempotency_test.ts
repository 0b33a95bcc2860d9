/** The checker on a real Redis: its verdicts, what it remembers, its keys, its renewals and its end. */

import assert from "node:assert/strict";
import { RedisStage, until } from "../fixtures/redis_stage.ts";
import { type Idempotency, type IdempotencyOptions, LeaseLost, openIdempotency, StoreUnavailable } from "./mod.ts";

const never = new Promise<never>(() => {});
const aborted = (signal: AbortSignal) => new Promise<void>((done) => signal.addEventListener("abort", () => done()));
const fail = () => assert.fail("a task ran that must not");

function open(stage: RedisStage, options: Partial<IdempotencyOptions> = {}): Promise<Idempotency> {
  return openIdempotency({ url: stage.url, prefix: stage.prefix, deadlineMs: 1_000, ...options });
}

Deno.test("a task runs once; while it runs others are busy, then duplicate with its result; another one is a conflict", async () => {
  await using stage = new RedisStage();
  await using checker = await open(stage);
  const print = { fingerprint: "a" };
  const first = await checker.run("k", async (lease) => {
    assert.equal(lease.key, "k");
    assert.ok(lease.remainingMs() > 29_000 && !lease.signal.aborted);
    const busy = await checker.run("k", fail, print);
    assert.ok(busy.verdict === "busy" && busy.retryAfterMs > 29_000 && busy.retryAfterMs <= 30_000);
    assert.deepEqual(await checker.run("k", fail, { fingerprint: "b" }), { verdict: "conflict" });
    return { paid: 7 };
  }, print);
  assert.deepEqual(first, { verdict: "first", value: { paid: 7 } });
  assert.deepEqual(await checker.run("k", fail, print), { verdict: "duplicate", value: { paid: 7 } });
  assert.deepEqual(await checker.run("k", fail, { fingerprint: "b" }), { verdict: "conflict" });
  assert.deepEqual(await checker.run("k", fail), { verdict: "conflict" });
});

Deno.test("of many workers at once, in several instances, one runs the task", async () => {
  await using stage = new RedisStage();
  const checkers = await Promise.all([1, 2, 3].map(() => open(stage)));
  let ran = 0;
  for (const key of ["a", "b", "c", "d"]) {
    const verdicts = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        checkers[n % 3]!.run(key, async () => {
          ran++;
          await new Promise((resolve) => setTimeout(resolve, 5));
        })),
    );
    assert.equal(verdicts.filter(({ verdict }) => verdict === "first").length, 1);
  }
  assert.equal(ran, 4);
  await Promise.all(checkers.map((checker) => checker.close()));
});

Deno.test("a task that throws comes out unchanged, is free at once, and the next holder has a higher token", async () => {
  await using stage = new RedisStage();
  await using checker = await open(stage);
  const mistake = new RangeError("mine");
  let token = 0n;
  await assert.rejects(
    checker.run("k", (lease) => {
      token = lease.token;
      throw mistake;
    }),
    (error) => error === mistake,
  );
  const second = await checker.run("k", (lease) => lease.token > token);
  assert.deepEqual(second, { verdict: "first", value: true });
});

Deno.test("a lease can be renewed while the task runs, up to a limit", async () => {
  await using stage = new RedisStage();
  await using checker = await open(stage, { leaseMs: 120, holdMsMax: 600 });
  await using other = await open(stage);
  const long = checker.run("k", async (lease) => {
    const endsAtMs = performance.now() + 350;
    while (performance.now() < endsAtMs) {
      assert.equal((await other.run("k", fail)).verdict, "busy");
      assert.ok(lease.remainingMs() > 0 && !lease.signal.aborted);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return "long";
  });
  assert.deepEqual(await long, { verdict: "first", value: "long" });
  const beganAtMs = performance.now();
  await assert.rejects(checker.run("too long", () => never), LeaseLost);
  const tookMs = performance.now() - beganAtMs;
  assert.ok(tookMs > 400 && tookMs < 2_000, `${tookMs}`);
});

Deno.test("what is done is remembered for its time, and what was claimed for the same", async () => {
  await using stage = new RedisStage();
  await using checker = await open(stage, { rememberMs: 40_000 });
  await checker.run("done", () => 1);
  await checker.run("failed", () => Promise.reject(new Error("x"))).catch(() => {});
  const ages = await Promise.all((await stage.keys()).map((key) => stage.truth.pttl(key)));
  assert.equal(ages.length, 2);
  for (const age of ages) assert.ok(age > 38_000 && age <= 40_000);
});

Deno.test("a result that is too large or undefined is not kept; one that is no JSON is a mistake, and the task is done", async () => {
  await using stage = new RedisStage();
  await using checker = await open(stage, { resultBytesMax: 10 });
  await checker.run("large", () => "x".repeat(20));
  assert.deepEqual(await checker.run("large", fail), { verdict: "duplicate", value: undefined });
  await checker.run("nothing", () => {});
  assert.deepEqual(await checker.run("nothing", fail), { verdict: "duplicate", value: undefined });
  await checker.run("null", () => null);
  assert.deepEqual(await checker.run("null", fail), { verdict: "duplicate", value: null });
  await assert.rejects(checker.run("bigint", () => 7n), TypeError);
  assert.equal((await checker.run("bigint", fail)).verdict, "duplicate");
});

Deno.test("keys may be any text: none meets another, changes the slot, or is found in Redis at length", async () => {
  await using stage = new RedisStage();
  await using checker = await open(stage);
  const long = "x".repeat(2 ** 20);
  const keys = [
    "a",
    "{a}",
    "{a}b",
    "}{",
    "a b",
    "a\n",
    "a\0",
    "a\0b",
    "é",
    "#a",
    "~3~c1/m1",
    long,
    `${long.slice(1)}y`,
  ];
  for (const key of keys) assert.equal((await checker.run(key, () => {})).verdict, "first", key.slice(0, 20));
  for (const key of keys) assert.equal((await checker.run(key, fail)).verdict, "duplicate", key.slice(0, 20));
  const stored = await stage.keys();
  assert.equal(stored.length, keys.length);
  for (const key of stored) assert.match(key.slice(stage.prefix.length), /^\{[^{}\s\0]{1,121}\}$/);
  for (const key of ["", "\ud800", `${long}y`]) await assert.rejects(checker.run(key, fail), TypeError);
});

Deno.test("close waits for tasks, tells those that take too long to stop, and takes no more", async () => {
  await using stage = new RedisStage();
  const checker = await open(stage, { closeMs: 100 });
  const short = checker.run("short", () => new Promise((resolve) => setTimeout(() => resolve("done"), 50)));
  const long = assert.rejects(checker.run("long", (lease) => aborted(lease.signal)), LeaseLost);
  await until("both run", async () => (await stage.keys()).length === 2);
  const closing = checker.close();
  await assert.rejects(checker.run("late", fail), StoreUnavailable);
  assert.deepEqual(await short, { verdict: "first", value: "done" });
  await long;
  await closing;
});

Deno.test("options that cannot work are refused", async () => {
  const url = "redis://127.0.0.1:1";
  for (const name of ["deadlineMs", "leaseMs", "holdMsMax", "rememberMs", "resultBytesMax", "closeMs"]) {
    for (const value of [0, -1, NaN, Infinity, 1.5]) {
      await assert.rejects(openIdempotency({ url, [name]: value }), TypeError);
    }
  }
  await assert.rejects(openIdempotency({ url, leaseMs: 100, holdMsMax: 50 }), TypeError);
  await assert.rejects(openIdempotency({ url, leaseMs: 100, rememberMs: 50 }), TypeError);
  for (const prefix of ["", "{a}", "a\0", "\ud800"]) await assert.rejects(openIdempotency({ url, prefix }), TypeError);
});

Deno.test("a result whose toJSON throws is shown once the task is written down as done", async () => {
  await using stage = new RedisStage();
  await using checker = await open(stage);
  const mistake = new Error("no");
  const result = {
    toJSON() {
      throw mistake;
    },
  };
  await assert.rejects(checker.run("k", () => result), (error) => error === mistake);
  assert.equal((await checker.run("k", () => assert.fail("run again"))).verdict, "duplicate");
});
