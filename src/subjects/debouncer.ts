/**
 * The reference's debouncer, made testable. The instance's half is `debouncer_hosted.ts`; flawed twins use both and differ in the
 * module that opens the debouncer, and in nothing else.
 *
 * A message's key is `<conversation>/<message id>`; a turn of the loop has the key `<conversation>/turn`. The effects of a batch are
 * rows of a ledger, written with the sink's row in one statement.
 */

import type { Operation } from "../core/plan.ts";
import type { Effect, Pending, Promises, Subject, Truth } from "../core/subject.ts";
import { conversationOf, Keys } from "../reference/debouncer/keys.ts";
import { sinkSchemaSql } from "../reference/debouncer/mod.ts";
import { deadLetters } from "./debouncer_dead_letters.ts";

/**
 * What is asked; `key` names conversation and message. `push`: a message comes · `turn`: the loop is stepped, until the conversation has
 * nothing left · `attempt`: it is stepped once, however that ends · `leave`: the instance closes its debouncer while it takes, so that it
 * gives back what it is handed; the next operation opens another · `review`: somebody goes through the dead letters of the conversation,
 * discards those with a message whose handlers always fail, and puts the others back.
 */
export interface DebouncerOperation extends Operation {
  readonly do: "push" | "turn" | "attempt" | "leave" | "review";
  /** What steps the loop first waits for so long, in ms: until its batch is due. */
  readonly afterMs?: number;
  /** The handler of this attempt fails, whatever the message, and says this. */
  readonly fails?: string;
  /** Only the first so many attempts at a batch fail; all by default. */
  readonly failsUpTo?: number;
  /** It fails when its effect has been committed; before that by default. */
  readonly failsLate?: boolean;
  /** What the handlers of this message do first, in ms of waiting; 0 by default. */
  readonly pauseMs?: number;
  /** The handlers of this message fail, and say this. */
  readonly plant?: string;
}

/** The deadline that each call is given, in ms. */
export const deadlineMs = 200;

/** Short, so that a session is quick. A first call also opens debouncer and sink, each with a deadline of its own. */
export const claimTimes = {
  answersWithinMs: 4 * deadlineMs,
  leaseMs: 300,
  convergesWithinMs: 10_000,
  quietMs: 40,
  maxWaitMs: 160,
  batchMax: 20,
} satisfies Promises;

/** Longer than the deadline and the lease: how long a message is stalled. */
export const longerThanAllMs = 350;

/** The times of controls: one that does not converge must not take long to show it. */
export const controlTimes: Promises = { ...claimTimes, convergesWithinMs: 1_500 };

/** How a subject differs from the plain one. */
export interface Variant {
  readonly name?: string;
  readonly promises?: Promises;
  /** The hosted module; the reference's by default. */
  readonly module?: URL;
  /** The loop runs in the background; else it is stepped by operations, and instances may serve several runs. */
  readonly loops?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A debouncer subject. */
export function debouncer(variant: Variant = {}): Subject<DebouncerOperation> {
  const loops = variant.loops ?? false;
  return {
    name: variant.name ?? (loops ? "debouncer" : "debouncer, stepped"),
    needs: ["redis", "postgres"],
    host: { module: variant.module ?? new URL("./debouncer_hosted.ts", import.meta.url) },
    promises: variant.promises ?? claimTimes,
    options: { deadlineMs, loops, ...variant.options },
    reusable: !loops,
    describe: (op) => `${said[op.do]} ${op.key}`,
    prepare,
    effects,
    pending,
  };
}

/** What is asked, in words, before the key. */
const said: Readonly<Record<DebouncerOperation["do"], string>> = {
  push: "message",
  turn: "a turn of the loop for",
  attempt: "one attempt of the loop for",
  leave: "an instance that leaves while it takes",
  review: "a review of the dead letters for",
};

/** The ledger has no unique constraint: one that refuses duplicates would hide the very bug. */
const ledgerSql = `create table ledger (id bigint generated always as identity, run text not null, key text not null,
  operation text not null, batch text not null, conversation text not null, position int not null, token text)`;

async function prepare({ sql }: Truth): Promise<void> {
  await sql.unsafe(`${sinkSchemaSql};\n${ledgerSql}`);
}

/** Rows of the ledger, and the dead letters, which lie in Redis whether or not an instance heard of them. */
async function effects(truth: Truth): Promise<readonly Effect[]> {
  const [committed, dead] = await Promise.all([ledger(truth), deadLetters(truth)]);
  return [...committed, ...dead];
}

async function ledger({ sql, namespace }: Truth): Promise<readonly Effect[]> {
  const rows = await sql<
    (Omit<Effect, "token"> & { token: string; batch: string; conversation: string; position: number })[]
  >`
    select key, operation, token, batch, conversation, position from ledger where run = ${namespace.prefix} order by id`;
  return rows.map(({ key, operation, token, batch, conversation, position }) => {
    return { key, operation, token, data: { batch, conversation, position } };
  });
}

/** Conversations with messages that wait, and with a batch in flight. */
async function pending({ redis, namespace }: Truth): Promise<readonly Pending[]> {
  const { due, leases } = new Keys(namespace.prefix, 0);
  const [waiting, inFlight] = await Promise.all([redis.zrange(due, "0", "-1"), redis.zrange(leases, "0", "-1")]);
  return [
    ...waiting.map((name) => ({ kind: "message", key: conversationOf(name), queued: true })),
    ...inFlight.map((name) => ({ kind: "batch in flight", key: conversationOf(name), queued: true })),
  ];
}
