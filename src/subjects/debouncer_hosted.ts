/**
 * The instance's half of the debouncer subjects: opens debouncer and sink over this instance's own roads, pushes messages, steps the
 * loop or lets it run, and testifies. `hostDebouncer` takes what opens the debouncer, so that a flawed twin differs by that alone.
 */

import type { Call, Hosted, Instance, World } from "../core/subject.ts";
import { type DebouncerOptions, openDebouncer, openSink, type Query } from "../reference/debouncer/mod.ts";
import { Deadlines } from "../reference/dedupe/deadline.ts";
import { Lanes } from "../reference/dedupe/lanes.ts";
import { settingsOf } from "../reference/dedupe/options.ts";
import type { claimTimes, DebouncerOperation } from "./debouncer.ts";
import { ask, type Body, bodyOf, type HostedDebouncer, type Open } from "./debouncer_asked.ts";
import { keyOf } from "./debouncer_key.ts";
import { Opening } from "./opening.ts";

/** Makes a hosted module of whatever opens a debouncer. */
export function hostDebouncer(
  open: (options: DebouncerOptions, world: World) => Promise<HostedDebouncer>,
): Hosted<DebouncerOperation> {
  return {
    async start(world: World): Promise<Instance<DebouncerOperation>> {
      const anew = () => new Opening(() => openAll(open, world));
      let opening = anew();
      if (world.options.loops) {
        const { debouncer, handle } = await patiently(() => opening.opened());
        void debouncer.run((batch) => handle(batch));
      }
      return {
        async invoke(op: DebouncerOperation, call: Call): Promise<unknown> {
          const opened = await opening.opened();
          if (op.do === "leave") opening = anew(); // who comes next finds it gone
          return await ask(opened, op, call);
        },
        [Symbol.asyncDispose]: () => opening.close(),
      };
    },
  };
}

/** A service that finds its stores too busy at its start tries again; how long starting takes is nobody's promise. */
async function patiently<T>(open: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await open();
    } catch (cause) {
      if (!(cause instanceof Error) || tries >= opensMax) throw cause;
    }
  }
}

const opensMax = 40;

async function openAll(
  open: typeof openDebouncer | Parameters<typeof hostDebouncer>[0],
  world: World,
): Promise<Open> {
  const { query, close } = postgres(world);
  try {
    // One after the other, so that the conversation with both stores is the same each time.
    const sink = await openSink({ query, debouncer: world.namespace.prefix, effect: ledger(world.namespace.prefix) });
    const debouncer = await open(optionsOf(world), world);
    return {
      debouncer,
      dead: (letter) => world.note("dead", letter),
      async handle(batch, step) {
        const { id, conversation, attempt, full, token } = batch;
        const messages = batch.messages.map((message) => keyOf(conversation, message));
        world.note(
          "batch",
          { batch: id, conversation, messages, attempt, full, token: String(token) },
          step?.operation,
        );
        for (const body of batch.messages.map(bodyOf)) await elsewhere(body, batch.signal);
        const { fails, failsUpTo = Infinity, failsLate = false } = step?.op ?? {};
        const failure = fails !== undefined && attempt <= failsUpTo ? new Error(fails) : undefined;
        if (failure && !failsLate) throw failure;
        await sink.commit(batch);
        if (failure) throw failure;
      },
      async [Symbol.asyncDispose]() {
        await debouncer[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (cause) {
    // Any class: it is thrown on, the connections are only given back first.
    await close();
    throw cause;
  }
}

/** Statements that stand alone, each with a deadline: the road to Postgres is disturbed as well. */
function postgres(world: World): { query: Query; close(): Promise<void> } {
  const deadlineMs = world.options.deadlineMs as number;
  const lanes = new Lanes(
    settingsOf({ url: world.url("postgres"), schema: world.namespace.schema, deadlineMs, connectionsMax: 2 }),
  );
  const deadlines = new Deadlines(deadlineMs);
  return {
    async query(text, values) {
      const deadline = deadlines.start();
      try {
        return await lanes.run<object>(text, values, deadline);
      } finally {
        deadline.clear();
      }
    },
    async close() {
      await lanes.close();
      deadlines.close();
    },
  };
}

/** One row a message, in the order of the batch; it names the operation that pushed the message. */
function ledger(run: string): string {
  return `insert into ledger (run, key, operation, token, batch, conversation, position)
    select '${run}', conversation || '/' || message_id, convert_from(body, 'utf8')::json ->> 'operation', token::text, batch_id, conversation, position
    from fresh order by position`;
}

/** Options of one instance: its own road, its run's part of the keys, the times that the subject promises. */
function optionsOf(world: World): DebouncerOptions {
  const { quietMs, maxWaitMs, batchMax, leaseMs } = world.options.promises as typeof claimTimes;
  return {
    url: world.url("redis"),
    prefix: world.namespace.prefix,
    ...{ quietMs, maxWaitMs, batchMax, leaseMs },
    deadlineMs: world.options.deadlineMs as number,
    retryMs: 20,
    attemptsMax: world.options.attemptsMax as number ?? 40,
    rememberMs: 600_000,
    pollMs: 40,
    closeMs: 1_000,
    log: (record) => world.note("log", record),
    onHandled: ({ batch, outcome, reason }) => {
      if (outcome !== "dead") return;
      const { id, conversation, messages } = batch;
      const keys = messages.map((message) => keyOf(conversation, message));
      world.note("dead", { batch: id, conversation, messages: keys, reason });
    },
  };
}

/** The handler waits for something else, or fails as planted. */
async function elsewhere({ pauseMs, plant }: Body, signal: AbortSignal): Promise<void> {
  if (pauseMs) {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, pauseMs);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      }, { once: true });
    });
  }
  if (plant) throw new Error(plant);
}

/** The reference itself. */
export const hosted: Hosted<DebouncerOperation> = hostDebouncer(openDebouncer);
