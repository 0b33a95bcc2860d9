/** What instances in processes of their own tell of what they flush: the flush lag is computed from it. */

import assert from "node:assert/strict";
import { testStack } from "../testing/stack.ts";
import { Conversations, openingScript } from "./conversations.ts";
import { openEvalsha } from "./evalsha.ts";
import { startFlushers } from "./flushers.ts";
import type { Flushed } from "./flushing_process.ts";

const { redisUrl: url } = await testStack();
const { signal } = new AbortController();

Deno.test("each flush is told once, with the time at which it fell due, by instances that begin when first asked", async () => {
  const prefix = `bench-${crypto.randomUUID()}:`;
  await using evalsha = await openEvalsha(url, [openingScript]);
  const conversations = new Conversations(evalsha, { url, prefix, signal });
  await using flushers = await startFlushers({ url, prefix, count: 2, signal });
  const fromMs = Date.now() + 500;
  await conversations.open(20, 100, (number) => fromMs + number);
  assert.equal(await conversations.dueBetween(fromMs - 1, fromMs + 10_000), 20);
  const told: Flushed[] = [];
  for (const endsAtMs = Date.now() + 10_000; told.length < 20 && Date.now() < endsAtMs;) {
    told.push(...await flushers.flushed());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(told.length, 20);
  assert.deepEqual(await flushers.flushed(), []);
  for (const [dueAtMicros, takenLateMs, handledAtMs] of told) {
    const dueAtMs = dueAtMicros / 1_000;
    assert.ok(dueAtMs >= fromMs - 1 && dueAtMs < fromMs + 10_000, `due ${dueAtMs - fromMs} ms after the beginning`);
    assert.ok(takenLateMs >= 0 && handledAtMs >= Math.floor(dueAtMs + takenLateMs), "handled before it was taken");
  }
});
