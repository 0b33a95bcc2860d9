/**
 * Many conversations, several instances, and roads that are cut at any moment: in the end each accepted message is in exactly one
 * committed batch, in order. The dice are seeded; how the machines interleave them is not.
 */

import assert from "node:assert/strict";
import type { Relay } from "../dedupe/fixtures/relay.ts";
import { SinkStage } from "./fixtures/sink_stage.ts";
import { message, pass, Stage, until } from "./fixtures/stage.ts";
import { type Debouncer, OutcomeUnknown, StoreUnavailable } from "./mod.ts";

/** Natural numbers below `below`, the same for the same seed (mulberry32). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const failed = (error: unknown): undefined => {
  if (error instanceof StoreUnavailable || error instanceof OutcomeUnknown) return undefined;
  throw error;
};

Deno.test("10,000 conversations at three instances: each message in one batch, in order, and nothing is left", async () => {
  await using stage = new Stage();
  const options = { quietMs: 300, maxWaitMs: 3_000, deadlineMs: 20_000, leaseMs: 30_000, shards: 3 };
  const instances = await Promise.all([1, 2, 3].map(() => stage.open(options)));
  const running = instances.map((debouncer) => debouncer.run(stage.record()));
  const conversations = 10_000;
  for (let n = 0; n < 2 * conversations; n += 500) {
    await Promise.all(Array.from({ length: 500 }, async (_, i) => {
      const [conversation, id] = [`c${(n + i) % conversations}`, `m${n + i}`];
      await instances[i % 3]!.push(conversation, message(id));
      if (i % 5 === 0) assert.equal(await instances[(i + 1) % 3]!.push(conversation, message(id)), "duplicate");
    }));
  }
  await until("nothing is left", async () => (await instances[0]!.stats()).messages === 0, 20_000);
  const seen = new Map<string, string[]>();
  for (const { conversation, messages } of stage.batches) {
    seen.set(conversation, [...seen.get(conversation) ?? [], ...messages.map(({ id }) => id)]);
  }
  assert.equal(seen.size, conversations);
  for (let n = 0; n < conversations; n++) assert.deepEqual(seen.get(`c${n}`), [`m${n}`, `m${n + conversations}`]);
  await Promise.all(instances.map((debouncer) => debouncer.close()));
  await Promise.all(running);
});

/** Cuts a random road, at once or after it has swallowed what was on it for a while, until stopped. */
async function torment(
  relays: readonly Relay[],
  roll: (below: number) => number,
  stopped: () => boolean,
): Promise<void> {
  while (!stopped()) {
    await pass(roll(40));
    const relay = relays[roll(relays.length)]!;
    const way = (["up", "down"] as const)[roll(2)];
    const how = roll(3);
    if (how > 0) relay.gate = (chunk, going) => going !== way ? chunk : how === 1 ? "cut" : undefined;
    await pass(roll(30));
    // A road that has lost some bytes carries none that follow.
    relay.pairs.forEach((_, connection) => relay.cut(connection));
    relay.gate = (chunk) => chunk;
  }
}

Deno.test("whatever is cut, each accepted message is committed in exactly one batch, in order of acceptance", async () => {
  for (const seed of [1, 2, 3]) {
    await using postgres = await SinkStage.create();
    await using stage = new Stage();
    const sink = await postgres.open();
    const options = {
      quietMs: 30,
      maxWaitMs: 120,
      leaseMs: 250,
      deadlineMs: 150,
      batchMax: 4,
      attemptsMax: 1_000,
      retryMs: 10,
    };
    const behind = await Promise.all([1, 2, 3].map(() => stage.openBehind(options)));
    const instances: readonly Debouncer[] = behind.map(({ debouncer }) => debouncer);
    const roll = dice(seed);
    const running = instances.map((debouncer) =>
      debouncer.run(async (batch) => {
        await pass(roll(10));
        await sink.commit(batch);
        if (roll(10) === 0) throw new Error("after it was committed");
      })
    );
    let stop = false;
    const tormented = torment(behind.map(({ relay }) => relay), roll, () => stop);
    const accepted = new Map<string, string[]>();
    await Promise.all(Array.from({ length: 8 }, async (_, c) => {
      const ids: string[] = [];
      accepted.set(`c${c}`, ids);
      for (let n = 0; n < 40; n++) {
        // A sender that resends until it is answered, to whichever instance, and sometimes to two at once.
        for (let tries = 0, answered = false; !answered && tries < 500; tries++) {
          const one = () => instances[roll(3)]!.push(`c${c}`, message(`m${n}`)).catch(failed);
          const answers = await Promise.all(roll(4) === 0 ? [one(), one()] : [one()]);
          answered = answers.some((answer) => answer !== undefined);
        }
        ids.push(`m${n}`);
        if (roll(10) === 0) await pass(roll(60));
      }
    }));
    stop = true;
    await tormented;
    const direct = await stage.open();
    await until("nothing is left", async () => (await direct.stats()).messages === 0, 10_000);
    const committed = new Map<string, string[]>();
    for (const { conversation, message_id } of await postgres.ledger()) {
      committed.set(conversation, [...committed.get(conversation) ?? [], message_id]);
    }
    assert.deepEqual(new Map([...committed].sort()), new Map([...accepted].sort()), `seed ${seed}`);
    assert.deepEqual(await direct.deadLetters(), []);
    await Promise.all(instances.map((debouncer) => debouncer.close()));
    await Promise.all(running);
  }
});
