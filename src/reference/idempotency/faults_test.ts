/** The checker when something breaks: leases that run out, lost and late messages, cuts at any byte, and a Redis that is down. */

import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { Redis as Driver } from "ioredis";
import { blackHole, Relay } from "../dedupe/fixtures/relay.ts";
import { cutAfter } from "../fixtures/cut.ts";
import { ownServers, RedisStage, until } from "../fixtures/redis_stage.ts";
import {
  type Idempotency,
  type IdempotencyOptions,
  LeaseLost,
  openIdempotency,
  OutcomeUnknown,
  StoreUnavailable,
  UnsuitableStore,
} from "./mod.ts";

const start = await ownServers();
const never = new Promise<never>(() => {});
const aborted = (signal: AbortSignal) => new Promise<void>((done) => signal.addEventListener("abort", () => done()));
const fail = () => assert.fail("a task ran that must not");

function open(stage: RedisStage, options: Partial<IdempotencyOptions> = {}): Promise<Idempotency> {
  return openIdempotency({ url: stage.url, prefix: stage.prefix, deadlineMs: 1_000, ...options });
}

Deno.test("an expired lease is taken over with a higher token, and the late completer is told that it lost it", async () => {
  await using stage = new RedisStage();
  await using slow = await open(stage, { leaseMs: 100 });
  await using quick = await open(stage);
  const tokens: bigint[] = [];
  const beganAtMs = performance.now();
  const losing = slow.run("k", async (lease) => {
    tokens.push(lease.token);
    await aborted(lease.signal);
    assert.ok(lease.signal.reason instanceof LeaseLost && lease.remainingMs() === 0);
    return "late";
  });
  await assert.rejects(losing, LeaseLost);
  assert.ok(performance.now() - beganAtMs < 1_500);
  const taken = await quick.run("k", (lease) => void tokens.push(lease.token));
  assert.equal(taken.verdict, "first");
  assert.ok(tokens.length === 2 && tokens[1]! > tokens[0]!);
});

Deno.test("while a lease runs nobody else gets it, and right after it somebody does", async () => {
  await using stage = new RedisStage();
  await using crashes = await open(stage, { leaseMs: 300 });
  await using waits = await open(stage, { leaseMs: 300 });
  let endedAtMs = 0;
  const crashed = assert.rejects(
    crashes.run("k", async (lease) => {
      await aborted(lease.signal);
      endedAtMs = performance.now();
      await never;
    }),
    LeaseLost,
  );
  await until("the crashing one holds it", async () => (await waits.run("k", () => "too early")).verdict !== "first");
  await until("it is taken over", async () => (await waits.run("k", () => "done")).verdict === "first");
  const takenAtMs = performance.now();
  await crashed;
  assert.ok(endedAtMs > 0 && endedAtMs <= takenAtMs, "the old holder was told before the new one began");
  assert.ok(takenAtMs - endedAtMs < 2_000);
});

Deno.test("a lease that cannot be renewed ends when it would have", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using checker = await open(stage, { url, leaseMs: 200, holdMsMax: 10_000, deadlineMs: 300 });
  let lostAfterMs = 0;
  const task = checker.run("k", async (lease) => {
    relay.gate = blackHole;
    const beganAtMs = performance.now();
    await aborted(lease.signal);
    lostAfterMs = performance.now() - beganAtMs;
  });
  await assert.rejects(task, LeaseLost);
  assert.ok(lostAfterMs > 0 && lostAfterMs <= 600, `${lostAfterMs}`);
});

Deno.test("with Redis down or silent the task is not run, and that is told within the deadline", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using checker = await open(stage, { url, deadlineMs: 300 });
  relay.gate = blackHole;
  for (let n = 0; n < 2; n++) {
    const beganAtMs = performance.now();
    await assert.rejects(checker.run("k", fail), StoreUnavailable);
    assert.ok(performance.now() - beganAtMs < 1_500);
  }
  await relay[Symbol.asyncDispose]();
  await assert.rejects(checker.run("k", fail), StoreUnavailable);
  assert.deepEqual(await stage.keys(), []);
});

Deno.test("the lost answer of a claim is asked for again, and the task runs under the lease that was granted", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using checker = await open(stage, { url });
  cutAfter(relay, "down", 0);
  assert.deepEqual(await checker.run("k", () => "ran"), { verdict: "first", value: "ran" });
  assert.equal(relay.accepted, 2);
});

Deno.test("the lost answer of a completion is asked for again", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using checker = await open(stage, { url });
  const run = checker.run("k", () => {
    cutAfter(relay, "down", 0);
    return "ran";
  });
  assert.deepEqual(await run, { verdict: "first", value: "ran" });
  assert.deepEqual(await checker.run("k", fail), { verdict: "duplicate", value: "ran" });
});

Deno.test("a completion that gets no answer at all is unknown, and only the newest token completes", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using checker = await open(stage, { url, deadlineMs: 200, leaseMs: 150 });
  await using other = await open(stage);
  let held: Buffer | undefined;
  const unknown = checker.run("k", () => {
    relay.gate = (chunk, way) => {
      if (way === "up" && chunk.length > 0) held ??= chunk;
      return undefined;
    };
  });
  await assert.rejects(unknown, OutcomeUnknown);
  const second = await other.run("k", async () => {
    relay.pairs[0]!.server.write(held!); // what was on its way arrives now
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal((await other.run("k", fail)).verdict, "busy", "a stale completion was believed");
  });
  assert.equal(second.verdict, "first");
});

Deno.test("wherever the road is cut, one of the two holders at most completes, and a repetition finds the task done", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using checker = await open(stage, { url, leaseMs: 1_000 });
  for (let n = 0; n < 120; n++) {
    const key = `k${n}`;
    let ran = 0;
    await checker.run("warm", () => {});
    cutAfter(relay, n % 2 === 0 ? "up" : "down", (n >> 1) * 8);
    const outcome = await checker.run(key, () => ++ran).then(({ verdict }) => verdict, (error) => error);
    relay.gate = (chunk) => chunk;
    assert.equal(outcome, "first", `cut ${n}: ${outcome}`);
    assert.deepEqual(await checker.run(key, fail), { verdict: "duplicate", value: 1 });
  }
});

Deno.test("a record that Redis has forgotten is written again by whoever is done, and tokens go on rising", async () => {
  await using stage = new RedisStage();
  await using checker = await open(stage);
  let token = 0n;
  const first = await checker.run("k", async (lease) => {
    token = lease.token;
    await stage.truth.del(...await stage.keys());
  });
  assert.equal(first.verdict, "first");
  assert.equal((await checker.run("k", fail)).verdict, "duplicate");
  await stage.truth.del(...await stage.keys());
  await checker.run("k", (lease) => assert.ok(lease.token > token));
});

Deno.test("a Redis out of memory refuses claims, and lets what was begun be completed, renewed and released", async () => {
  await using server = await start();
  await using checker = await openIdempotency({ url: server.url, leaseMs: 150, holdMsMax: 5_000 });
  const admin = new Driver(server.url.href);
  const fill = async (lease: { signal: AbortSignal }) => {
    await admin.config("SET", "maxmemory", "1");
    await assert.rejects(checker.run("new", fail), StoreUnavailable);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok(!lease.signal.aborted, "it was not renewed");
    return "x".repeat(1_000);
  };
  assert.equal((await checker.run("done", fill)).verdict, "first");
  await admin.config("SET", "maxmemory", "0");
  const mistake = new Error("mine");
  await assert.rejects(checker.run("failed", (lease) => fill(lease).then(() => Promise.reject(mistake))), mistake);
  await admin.config("SET", "maxmemory", "0");
  assert.equal((await checker.run("done", fail)).verdict, "duplicate");
  assert.equal((await checker.run("failed", () => {})).verdict, "first");
  admin.disconnect();
  await new Promise((resolve) => admin.once("end", resolve));
});

Deno.test("a store that will not do any more when the task has been run is no reason to say that nothing happened", async () => {
  await using server = await start();
  const admin = new Driver(server.url.href);
  const may = (...rights: string[]) => admin.call("ACL", "SETUSER", "worker", ...rights);
  await may("on", ">secret", "~*", "+@all");
  const url = new URL(server.url);
  [url.username, url.password] = ["worker", "secret"];
  await using checker = await openIdempotency({ url, deadlineMs: 300 });
  const unknown = checker.run("k", () => may("-evalsha"));
  await assert.rejects(unknown, (error) => {
    assert.ok(error instanceof OutcomeUnknown && error.cause instanceof UnsuitableStore, String(error));
    assert.equal(error.retryAfterMs, 1_000);
    return true;
  });
  await assert.rejects(checker.run("new", fail), UnsuitableStore);
  await may("+evalsha");
  let mended: Promise<unknown> | undefined;
  const passing = await checker.run("for a moment", async () => {
    await may("-evalsha");
    setTimeout(() => mended = may("+evalsha"), 50);
  });
  assert.equal(passing.verdict, "first");
  await mended;
  admin.disconnect();
  await new Promise((resolve) => admin.once("end", resolve));
});
