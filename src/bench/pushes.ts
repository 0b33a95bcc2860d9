/**
 * The debouncer's push: against EVALSHA of its script by hand, and against the push of BullMQ's debounce, which replaces the
 * delayed job of its conversation by the new one. Both store a message of 100 bytes and draw when the conversation falls due;
 * BullMQ keeps the last message alone, the debouncer all of them, and remembers their ids. Each side has one connection.
 */

import { Redis } from "ioredis";
import { openDebouncer } from "../reference/debouncer/mod.ts";
import { Keys } from "../reference/debouncer/keys.ts";
import { type Settings, settingsOf } from "../reference/debouncer/options.ts";
import { pushScriptOf } from "../reference/debouncer/scripts.ts";
import type { Script } from "../reference/redis.ts";
import { atOnce, type Pair } from "./at_once.ts";
import { type Evalsha, openEvalsha } from "./evalsha.ts";
import type { Figure, Target } from "./figure.ts";
import type { Rivals } from "./rivals.ts";

const quietMs = 60_000; // nothing falls due while it is measured
const messagesOfEach = 10;
const body = "x".repeat(100);
const how = `conversations of ${messagesOfEach} messages of ${body.length} bytes`;
const target: Target = { at: "least", value: 0.9 };
const rivalTarget: Target = { at: "least", value: 5 };
const rivalWhat = "push() / add() of BullMQ's debounce";
const rivalHow = "deduplication that replaces and extends; in the same process, by the same driver";

/** Measures both, on a server whose keys it may take out. `rivals`: the packages, or why they are not here. */
export async function pushes(url: URL, rivals: Rivals | string, signal: AbortSignal): Promise<Figure[]> {
  const settings = settingsOf({ url, quietMs });
  const script = pushScriptOf(settings);
  await using debouncer = await openDebouncer({ url, quietMs });
  await using evalsha = await openEvalsha(url, [script]);
  const next = messages();
  const ours = async () => {
    const { conversation, id } = next();
    const answer = await debouncer.push(conversation, { id, body });
    if (answer !== "accepted") throw new Error(`Cannot measure: a new message was "${answer}"`);
    return 1;
  };
  const theirs = byHand(evalsha, script, settings, next);
  const bare: Pair = { what: "push() / its EVALSHA by npm:ioredis", ours, theirs, target, how };
  const measuring = { clear: () => evalsha.clear(), signal };
  const figures: Figure[] = await atOnce([bare], measuring);
  if (typeof rivals === "string") {
    return [...figures, { what: rivalWhat, unit: "x", target: rivalTarget, notMeasured: rivals }];
  }
  await using queue = await openQueue(url, rivals);
  const add = async () => {
    const { conversation, id } = next();
    await queue.add(conversation, { id, body });
    return 1;
  };
  const rival: Pair = { what: rivalWhat, ours, theirs: add, target: rivalTarget, how: rivalHow, rounds: 7 };
  return [...figures, ...await atOnce([rival], measuring)];
}

/** Gives a new message, conversation after conversation. */
type Next = () => { readonly conversation: string; readonly id: string };

function messages(): Next {
  let count = 0;
  return () => {
    const number = count++;
    return { conversation: `c${Math.floor(number / messagesOfEach)}`, id: `m${number}` };
  };
}

/** The push as one would send it by hand. */
function byHand(evalsha: Evalsha, script: Script, { prefix }: Settings, next: Next): () => Promise<number> {
  const keys = new Keys(prefix, 0);
  return async () => {
    const { conversation, id } = next();
    const words = [keys.id(conversation, id), keys.due, keys.buffer, `:${conversation}`, `${id}\0t${body}`];
    await evalsha.run(script, 3, ...words);
    return 1;
  };
}

async function openQueue(url: URL, { bullmq }: Rivals) {
  const connection = new Redis(url.href, { maxRetriesPerRequest: null });
  const queue = new bullmq.Queue("bench", { connection });
  await queue.waitUntilReady();
  return {
    add(conversation: string, data: object): Promise<unknown> {
      const deduplication = { id: conversation, ttl: quietMs, extend: true, replace: true };
      return queue.add("message", data, { delay: quietMs, deduplication });
    },
    async [Symbol.asyncDispose]() {
      await queue.close();
      connection.disconnect();
    },
  };
}
