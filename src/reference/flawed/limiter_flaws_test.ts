/** The limiter's flawed twins: each shows its flaw where it is provoked directly, and in good weather nobody sees it. */

import assert from "node:assert/strict";
import { Relay } from "../dedupe/fixtures/relay.ts";
import { RedisStage } from "../fixtures/redis_stage.ts";
import { type Limiter, type LimiterOptions, openLimiter } from "../limiter/mod.ts";
import { openLocalFallback } from "./local_fallback.ts";
import { openOutageAnswered429 } from "./outage_answered_429.ts";

type Open = (options: LimiterOptions) => Promise<Limiter>;
const limits = { limit: 3, windowMs: 60_000, deadlineMs: 2_000 };

/** Two instances on a road that the test can take away. */
async function onBadRoad(open: Open) {
  await using made = new AsyncDisposableStack();
  const stage = made.use(new RedisStage());
  const { relay, url } = await Relay.to(stage.url);
  made.use(relay);
  const instances: Limiter[] = [];
  for (let n = 0; n < 2; n++) instances.push(made.use(await open({ url, prefix: stage.prefix, ...limits })));
  const all = made.move();
  return { relay, instances, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function allowedOf(instances: readonly Limiter[], calls: number): Promise<number> {
  let allowed = 0;
  for (let n = 0; n < calls; n++) if ((await instances[n % instances.length]!.allow("k")).allowed) allowed++;
  return allowed;
}

Deno.test("local fallback: with Redis down each instance allows the limit, and nobody knows of what was allowed before", async () => {
  await using road = await onBadRoad(openLocalFallback);
  assert.equal(await allowedOf(road.instances, 8), limits.limit);
  await road.relay[Symbol.asyncDispose]();
  assert.equal(await allowedOf(road.instances, 12), 2 * limits.limit);
  const over = await road.instances[0]!.allow("k");
  assert.ok(over.remaining === 0 && over.retryAfterMs > 50_000 && over.retryAfterMs <= 60_000);
});

Deno.test("outage answered 429: with Redis down a call for which there is room is said to be one too many", async () => {
  await using road = await onBadRoad(openOutageAnswered429);
  assert.equal(await allowedOf(road.instances, 1), 1);
  await road.relay[Symbol.asyncDispose]();
  const answer = await road.instances[0]!.allow("k");
  assert.deepEqual(answer, { allowed: false, remaining: 0, resetMs: 60_000, retryAfterMs: 60_000 });
});

for (const open of [openLocalFallback, openOutageAnswered429]) {
  Deno.test(`in good weather nobody sees that it is flawed: ${open.name}`, async () => {
    const [said, expected] = [await answersOf(open), await answersOf(openLimiter)];
    assert.deepEqual(said, expected);
    await using twin = await onBadRoad(open);
    await assert.rejects(twin.instances[0]!.allow(""), TypeError);
  });
}

/** What callers are told but for times, which differ from run to run. */
async function answersOf(open: Open) {
  await using road = await onBadRoad(open);
  const answers: unknown[] = [];
  for (const [n, cost] of [1, 1, 2, 1, 1].entries()) {
    const { allowed, remaining, retryAfterMs } = await road.instances[n % 2]!.allow("k", { cost });
    answers.push([allowed, remaining, retryAfterMs > 0]);
  }
  return answers;
}
