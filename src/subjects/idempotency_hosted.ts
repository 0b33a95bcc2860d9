/**
 * The instance's half of the idempotency subjects: opens the checker over this instance's own road, hands tasks to it, and testifies.
 * `hostIdempotency` takes what opens the checker, so that a flawed twin differs from the good one by that alone.
 */

import { Refused } from "../core/outcome.ts";
import type { Call, Hosted, Instance, World } from "../core/subject.ts";
import {
  type Idempotency,
  type IdempotencyOptions,
  type Lease,
  openIdempotency,
  StoreUnavailable,
  UnsuitableStore,
  type Verdict,
} from "../reference/idempotency/mod.ts";
import type { TaskRun } from "./idempotency.ts";
import { post } from "./idempotency_request.ts";
import { Opening } from "./opening.ts";

/** Makes a hosted module of whatever opens a checker. */
export function hostIdempotency(
  open: (options: IdempotencyOptions, world: World) => Promise<Idempotency>,
): Hosted<TaskRun> {
  return {
    start(world: World): Promise<Instance<TaskRun>> {
      const opening = new Opening(() => open(optionsOf(world), world));
      return Promise.resolve({
        async invoke(op: TaskRun, call: Call): Promise<unknown> {
          const checker = await opening.opened();
          return await triedAgain(op, (op) => {
            const task = (lease: Lease) => work(lease, op, call, world);
            return world.options.use === "middleware" ? post(checker, op, call, world, task) : ask(checker, op, task);
          });
        },
        [Symbol.asyncDispose]: () => opening.close(),
      });
    },
  };
}

const firstFailure = "The task failed when it was run first";

/** Asks once; and where the task is one that fails first, and has, once more. Who was not let in tries nothing again. */
async function triedAgain(op: TaskRun, attempt: (op: TaskRun) => Promise<unknown>): Promise<unknown> {
  if (!op.failsFirst) return await attempt(op);
  try {
    return await attempt({ ...op, plant: firstFailure });
  } catch (error) {
    if (!(error instanceof Error) || error.message !== firstFailure) throw error;
    return await attempt(op);
  }
}

/** Runs the task through the checker. Returns what is acknowledged. */
async function ask(checker: Idempotency, op: TaskRun, task: (lease: Lease) => Promise<void>): Promise<unknown> {
  try {
    return acknowledged(await checker.run(op.key, task, { fingerprint: op.body }));
  } catch (cause) {
    // The errors that promise that the task was not run are believed, and held against the subject if it was.
    if (cause instanceof StoreUnavailable || cause instanceof UnsuitableStore) {
      throw new Refused(cause.message, { cause });
    }
    throw cause;
  }
}

function acknowledged({ verdict }: Verdict<unknown>): unknown {
  if (verdict === "busy") throw new Refused("busy: another worker has the task");
  if (verdict === "conflict") throw new Refused("conflict: the key is known with another input", { final: true });
  return { verdict };
}

/** The task itself: its effect is made at somebody else's, who learns the lease's token. */
async function work(lease: Lease, op: TaskRun, call: Call, world: World): Promise<void> {
  world.note("handler", undefined, call.operation);
  world.note("granted", { token: String(lease.token) }, call.operation);
  const signal = op.heedless ? new AbortController().signal : lease.signal;
  await elsewhere(op, signal);
  const by = { operation: call.operation, key: op.key, token: lease.token };
  const answer = await world.sink({ task: op.key }, by, signal);
  if (answer === "refused") throw new Error("The receiver refused the token: a later holder was there before");
}

/** The task waits for something else, or fails as planted. */
async function elsewhere({ pauseMs, plant }: TaskRun, signal: AbortSignal): Promise<void> {
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

/** Options of one instance: its own road, its run's part of the keys, the times that the subject promises. */
function optionsOf(world: World): IdempotencyOptions {
  const { leaseMs } = world.options.promises as { leaseMs?: number };
  const holdMsMax = world.options.holdMsMax as number | undefined;
  return {
    url: world.url("redis"),
    prefix: world.namespace.prefix,
    deadlineMs: world.options.deadlineMs as number,
    leaseMs,
    holdMsMax,
    rememberMs: 600_000,
    closeMs: 1_000,
    log: (record) => world.note("log", record),
  };
}

/** The reference itself. */
export const hosted: Hosted<TaskRun> = hostIdempotency(openIdempotency);
