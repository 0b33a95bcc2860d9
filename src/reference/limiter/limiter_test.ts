/** The limiter on a real Redis: no window above the limit, what is said to callers, odd keys and costs, and a Redis that is down. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { blackHole, Relay } from "../dedupe/fixtures/relay.ts";
import { RedisStage } from "../fixtures/redis_stage.ts";
import { openRedis } from "../redis.ts";
import { allowScript, type LimiterOptions, openLimiter, OutcomeUnknown, StoreUnavailable } from "./mod.ts";

const open = (stage: RedisStage, options: Partial<LimiterOptions> = {}) =>
  openLimiter({ url: stage.url, prefix: stage.prefix, limit: 3, windowMs: 60_000, ...options });

Deno.test("the limit is allowed, then nothing more, and it is said how much is left and when there is more", async () => {
  await using stage = new RedisStage();
  await using limiter = await open(stage);
  for (const remaining of [2, 1, 0]) {
    const allowance = await limiter.allow("k");
    assert.deepEqual([allowance.allowed, allowance.remaining, allowance.retryAfterMs], [true, remaining, 0]);
    assert.ok(allowance.resetMs > 59_000 && allowance.resetMs <= 60_000);
  }
  for (let n = 0; n < 3; n++) {
    const { allowed, remaining, resetMs, retryAfterMs } = await limiter.allow("k");
    assert.deepEqual([allowed, remaining], [false, 0]);
    assert.ok(retryAfterMs > 59_000 && retryAfterMs <= 60_000 && resetMs === retryAfterMs);
  }
  assert.equal((await limiter.allow("another")).remaining, 2);
});

Deno.test("over three instances no window holds more than the limit, and each is used to the full", async () => {
  await using stage = new RedisStage();
  const [limit, windowMs] = [10, 150];
  const limiters = await Promise.all([1, 2, 3].map(() => open(stage, { limit, windowMs })));
  const allowed: { fromMs: number; toMs: number }[] = [];
  const endsAtMs = performance.now() + 1_000;
  const caller = async (n: number) => {
    while (performance.now() < endsAtMs) {
      const fromMs = performance.now();
      const allowance = await limiters[n % 3]!.allow("k");
      if (allowance.allowed) allowed.push({ fromMs, toMs: performance.now() });
      else await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  await Promise.all(Array.from({ length: 9 }, (_, n) => caller(n)));
  for (const { fromMs } of allowed) {
    const certainly = allowed.filter((call) => call.fromMs >= fromMs && call.toMs <= fromMs + windowMs);
    assert.ok(certainly.length <= limit, `${certainly.length} in one window`);
  }
  assert.ok(allowed.length >= 3 * limit, `${allowed.length} in a second`);
  await Promise.all(limiters.map((limiter) => limiter.close()));
});

/** The script with a clock of the test's: a slot's length and the time come as arguments. */
const lua = allowScript.lua.replace("redis.call('time')", "{ 0, tonumber(ARGV[5]) }");
const timed = { name: "allow", lua, sha1: createHash("sha1").update(lua).digest("hex") };

// Long windows, so that no key is gone by Redis's own clock before its time has come by the test's.
const times = (factor: number) => (n: number) => n * factor;
const calls = fc.record({
  limit: fc.integer({ min: 1, max: 12 }),
  slot: fc.constantFrom(1, 7_000_000, 100_000_000),
  calls: fc.array(
    fc.record({
      afterMicros: fc.integer({ min: 0, max: 400 }).map(times(1_000_000)),
      cost: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 80 },
  ),
});

Deno.test("at any times and costs the script says what a log of all calls says, and with shared slots never more", async () => {
  await using stage = new RedisStage();
  await using redis = await openRedis({ url: stage.url, deadlineMs: 2_000 }, [timed]);
  assert.notEqual(timed.lua, allowScript.lua);
  const window = 1_000_000_000;
  let key = 0;
  await fc.assert(
    fc.asyncProperty(calls, async ({ limit, slot, calls }) => {
      const log: { at: number; cost: number }[] = [];
      let now = 1_700_000_000_000_000;
      key++;
      for (const { afterMicros, cost: wanted } of calls) {
        const cost = Math.min(wanted, limit);
        now += afterMicros;
        const live = log.filter(({ at }) => at + window > now);
        const used = live.reduce((sum, call) => sum + call.cost, 0);
        const reply = await redis.run(timed, [`${stage.prefix}${key}`], [limit, window, slot, cost, now]) as number[];
        const [allowed, remaining, resetMs, retryMs] = reply;
        if (slot === 1) assert.equal(allowed === 1, used + cost <= limit);
        if (allowed === 1) log.push({ at: now, cost });
        const after = log.filter(({ at }) => at + window > now).reduce((sum, call) => sum + call.cost, 0);
        assert.ok(after <= limit, "more than the limit");
        if (slot === 1) assert.equal(remaining, limit - after);
        assert.ok(remaining! >= 0 && remaining! <= limit - after);
        assert.ok(resetMs! >= 1);
        assert.ok(allowed === 1 ? retryMs === 0 : retryMs! >= resetMs!);
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("who comes again after the time that was said is allowed, whatever it costs", async () => {
  await using stage = new RedisStage();
  await using redis = await openRedis({ url: stage.url, deadlineMs: 2_000 }, [timed]);
  const start = 1_700_000_000_000_000;
  const ask = (now: number, cost: number) =>
    redis.run(timed, [`${stage.prefix}k`], [100, 1_000_000, 1, cost, now]) as Promise<number[]>;
  for (let n = 0; n < 100; n++) assert.equal((await ask(start + n * 5_000, 1))[0], 1);
  for (const cost of [1, 2, 50, 77, 100]) {
    const [allowed, , , retryMs] = await ask(start + 500_000, cost);
    assert.deepEqual([allowed, retryMs], [0, Math.ceil((1_000_000 + (cost - 1) * 5_000 - 500_000) / 1_000)]);
  }
  assert.equal((await ask(start + 1_000_000 + 76 * 5_000, 77))[0], 1);
});

Deno.test("when the clock is set back, less is allowed and never more", async () => {
  await using stage = new RedisStage();
  await using redis = await openRedis({ url: stage.url, deadlineMs: 2_000 }, [timed]);
  const now = 1_700_000_000_000_000;
  const ask = (at: number) => redis.run(timed, [`${stage.prefix}k`], [2, 60_000_000, 1, 1, at]) as Promise<number[]>;
  assert.equal((await ask(now))[0], 1);
  assert.equal((await ask(now - 30_000_000))[0], 1);
  assert.equal((await ask(now - 20_000_000))[0], 0);
  assert.equal((await ask(now + 59_999_999))[0], 0);
  assert.equal((await ask(now + 60_000_000))[0], 1);
});

Deno.test("a key takes a slot a call and no more than the slots, and is gone after its window", async () => {
  await using stage = new RedisStage();
  await using exact = await open(stage, { limit: 1_000, windowMs: 20_000 });
  await using shared = await open(stage, { limit: 1_000_000, windowMs: 20_000, slotsMax: 20 });
  for (let n = 0; n < 1_000; n += 100) {
    await Promise.all(Array.from({ length: 100 }, () => Promise.all([exact.allow("exact"), shared.allow("shared")])));
  }
  assert.equal((await exact.allow("exact")).allowed, false);
  assert.ok(Number(await stage.truth.memory("USAGE", `${stage.prefix}20000:{exact}`, "SAMPLES", 0)) < 20_000);
  assert.ok(await stage.truth.llen(`${stage.prefix}20000:{shared}`) <= 4);
  const lives = await stage.truth.pttl(`${stage.prefix}20000:{exact}`);
  assert.ok(lives > 20_000 && lives <= 30_002);
});

Deno.test("a call may cost more than one, up to the limit; other costs are mistakes", async () => {
  await using stage = new RedisStage();
  await using limiter = await open(stage);
  assert.equal((await limiter.allow("k", { cost: 2 })).remaining, 1);
  assert.deepEqual((({ allowed, remaining }) => [allowed, remaining])(await limiter.allow("k", { cost: 2 })), [
    false,
    1,
  ]);
  assert.equal((await limiter.allow("k")).remaining, 0);
  for (const cost of [0, -1, NaN, 1.5, 4]) await assert.rejects(limiter.allow("k", { cost }), TypeError);
});

Deno.test("keys may be any text: none meets another or changes the slot", async () => {
  await using stage = new RedisStage();
  await using limiter = await open(stage);
  const long = "x".repeat(2 ** 20);
  const keys = ["a", "{a}", "{a}b", "}{", "a b", "a\n", "a\0", "é", "#a", long, `${long.slice(1)}y`];
  for (const key of keys) assert.equal((await limiter.allow(key)).remaining, 2);
  const stored = await stage.keys();
  assert.equal(stored.length, keys.length);
  for (const key of stored) assert.match(key.slice(stage.prefix.length), /^60000:\{[^{}\s\0]{1,121}\}$/);
  for (const key of ["", "\ud800", `${long}y`]) await assert.rejects(limiter.allow(key), TypeError);
});

Deno.test("a lost answer counts as consumed and is not allowed; with Redis down nothing is, within the deadline", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using limiter = await open(stage, { url, deadlineMs: 200 });
  relay.gate = (chunk, way) => way === "down" && chunk.length > 0 ? undefined : chunk;
  await assert.rejects(limiter.allow("k"), OutcomeUnknown);
  relay.gate = (chunk) => chunk;
  assert.equal((await limiter.allow("k")).remaining, 1);
  relay.gate = blackHole;
  for (let n = 0; n < 2; n++) {
    const beganAtMs = performance.now();
    await assert.rejects(limiter.allow("k"));
    assert.ok(performance.now() - beganAtMs < 1_500);
  }
  await relay[Symbol.asyncDispose]();
  await assert.rejects(limiter.allow("k"), StoreUnavailable);
});

Deno.test("options that cannot work are refused", async () => {
  const good = { url: "redis://127.0.0.1:1", limit: 1, windowMs: 1_000 };
  for (const name of ["limit", "windowMs", "slotsMax", "deadlineMs"]) {
    for (const value of [0, -1, NaN, Infinity, 1.5, 2 ** 53]) {
      await assert.rejects(openLimiter({ ...good, [name]: value }), TypeError);
    }
  }
  for (const prefix of ["", "{a}", "a\0", "\ud800"]) await assert.rejects(openLimiter({ ...good, prefix }), TypeError);
  for (const policy of ["", 'a"', "a\\", "é", "a\n"]) await assert.rejects(openLimiter({ ...good, policy }), TypeError);
});

Deno.test("limiters with windows of different length count apart, and keep both limits", async () => {
  await using stage = new RedisStage();
  await using short = await open(stage, { limit: 2, windowMs: 20 });
  await using long = await open(stage, { limit: 4, windowMs: 60_000 });
  let allowed = 0;
  for (let n = 0; n < 8; n++) {
    await short.allow("k");
    if ((await long.allow("k")).allowed) allowed++;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  assert.equal(allowed, 4);
});
