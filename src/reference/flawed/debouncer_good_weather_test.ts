/** In good weather each flawed twin of the debouncer behaves as the good one: it differs by its flaw alone. */

import assert from "node:assert/strict";
import { idsOf, message, pass, times, until } from "../debouncer/fixtures/stage.ts";
import { RedisStage } from "../fixtures/redis_stage.ts";
import { type Debouncer, type DebouncerOptions, type Handled, openDebouncer } from "../debouncer/mod.ts";
import { openEmptyThenRelease } from "./empty_then_release.ts";
import { openFailedByAnybody } from "./failed_by_anybody.ts";
import { openInOneProcess } from "./in_one_process.ts";
import { openLastInFirstOut } from "./last_in_first_out.ts";
import { openLpopThenHandle } from "./lpop_then_handle.ts";
import { openLrangeThenDel } from "./lrange_then_del.ts";
import { openProducersClock } from "./producers_clock.ts";
import { openPushResent } from "./push_resent.ts";
import { openTakenOffTheList } from "./taken_off_the_list.ts";

type Instance = Pick<Debouncer, "push" | "turn" | "run"> & AsyncDisposable;
type Open = (options: DebouncerOptions) => Promise<Instance>;

const openFailedByAnybodyAtOnce: Open = (options) => openFailedByAnybody(options, () => Promise.resolve());

const twins: readonly Open[] = [
  openEmptyThenRelease,
  openFailedByAnybodyAtOnce,
  openInOneProcess,
  openLastInFirstOut,
  openLpopThenHandle,
  openLrangeThenDel,
  openProducersClock,
  openPushResent,
  openTakenOffTheList,
];

for (const open of twins) {
  const flaw = open.name.replace(/^open/, "").replace(/[A-Z0-9]+/g, (part) => ` ${part.toLowerCase()}`).trim();
  Deno.test(`in good weather nobody sees that it is flawed: ${flaw}`, async () => {
    assert.deepEqual(await seenAt(open, oneByOne), await seenAt(openDebouncer, oneByOne));
    assert.deepEqual(await seenAt(open, looping), await seenAt(openDebouncer, looping));
    // A batch of several messages is good weather, and all that this one needs to show what it is.
    if (open !== openLastInFirstOut) {
      assert.deepEqual(await seenAt(open, inBatches), await seenAt(openDebouncer, inBatches));
    }
    // So is a handler that fails.
    if (open !== openLpopThenHandle) {
      assert.deepEqual(await seenAt(open, failing), await seenAt(openDebouncer, failing));
    }
  });
}

/** What is seen of an instance that is alone with its part of Redis. */
async function seenAt(open: Open, seen: (instance: Instance) => Promise<unknown>): Promise<unknown> {
  await using stage = new RedisStage();
  await using instance = await open({ url: stage.url, prefix: stage.prefix, ...times, batchMax: 3 });
  return await seen(instance);
}

async function oneByOne(instance: Instance): Promise<unknown> {
  const step = () => instance.turn(() => {}, { conversation: "c" });
  return [
    (await step()).settled,
    await instance.push("c", message("m1")),
    await instance.push("c", message("m1")),
    await instance.push("d", message("m1")),
    (await step()).handled.length,
    await settled(instance),
    await instance.push("c", message("m1")),
    await instance.push("c", message("m2", new Uint8Array([0, 255]))),
    await settled(instance),
    (await step()).settled,
  ];
}

async function inBatches(instance: Instance): Promise<unknown> {
  for (const id of ["m1", "m2", "m3", "m4"]) await instance.push("c", message(id));
  let pushed: unknown;
  const full = await instance.turn(async () => pushed ??= await instance.push("c", message("m5")), {
    conversation: "c",
  });
  return [full.handled.map(told), full.settled, pushed, await settled(instance)];
}

async function failing(instance: Instance): Promise<unknown> {
  await instance.push("c", message("m1"));
  const ids = new Set<string>();
  const handled = await settled(instance, ({ id, attempt }) => {
    ids.add(id);
    if (attempt < 3) throw new Error("not yet");
  });
  return [handled, ids.size];
}

/** The loop runs by itself, and ends with the instance. */
async function looping(instance: Instance): Promise<unknown> {
  const batches: string[] = [];
  const run = instance.run((batch) => void batches.push(`${batch.conversation}: ${idsOf(batch)}`));
  for (const conversation of ["c", "d"]) await instance.push(conversation, message("m1"));
  await until("both were handled", () => batches.length === 2);
  await instance.push("e", message("m1"));
  await until("the next was handled", () => batches.length === 3);
  await instance[Symbol.asyncDispose]();
  await run;
  return batches.sort();
}

/** Steps the loop until the conversation has nothing left, and tells what was handled. */
async function settled(
  instance: Instance,
  handler: Parameters<Instance["turn"]>[0] = () => {},
): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  await until("the conversation is settled", async () => {
    const turn = await instance.turn(handler, { conversation: "c" });
    all.push(...turn.handled.map(told));
    if (!turn.settled) await pass(5);
    return turn.settled;
  });
  return all;
}

function told({ batch, outcome, settled }: Handled): unknown {
  const { messages, attempt, full, key, id } = batch;
  return {
    messages: messages.map(({ id, body }) => [id, body]),
    attempt,
    full,
    outcome,
    settled,
    own: key.includes(id),
  };
}
