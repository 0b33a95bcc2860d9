/**
 * The reference's idempotency checker, made testable: as a function that a worker calls, and as the middleware of a `fetch` handler. The
 * instance's half is `idempotency_hosted.ts`; flawed twins use both and differ in the module that opens the checker, and in nothing else.
 *
 * A task does its work at somebody else's: at the sink, with the lease's token. So nothing is read of the stores but what is pending.
 */

import type { Operation } from "../core/plan.ts";
import type { Promises, Subject, Truth } from "../core/subject.ts";

/** One attempt to run a task, by whichever worker was handed it. `key` is the task. */
export interface TaskRun extends Operation {
  /** The task's input; the same key with another one is a conflict. */
  readonly body: string;
  /** How long the task waits for something else before it makes its effect, in ms; 0 by default. */
  readonly pauseMs?: number;
  /** The task goes on although its signal is aborted, as most do that call somebody else. */
  readonly heedless?: boolean;
  /** The task throws an error with this message. */
  readonly plant?: string;
  /** The task fails when it is run first, and its worker tries again at once. */
  readonly failsFirst?: boolean;
}

/** How the checker is used: called by a worker, or around a handler of requests. */
export type Use = "function" | "middleware";

/** The deadline that each step of a task is given, in ms. */
export const deadlineMs = 200;

const leaseMs = 250;

/**
 * The times of claims: short, so that a session is quick. The lease counts from before the claim, so a call takes lease and completion at
 * most; a first one also opens the checker.
 */
export const claimTimes = {
  answersWithinMs: 2 * deadlineMs + leaseMs,
  leaseMs,
  convergesWithinMs: 10_000,
} satisfies Promises;

/**
 * The times of tasks that are renewed once: asked for after a third of the lease, and not again, for the whole of the next one has to
 * lie within `holdMsMax`. A task of `renewedTaskMs` takes longer than the lease, and ends well before the renewed one does.
 */
export const renewalTimes = {
  answersWithinMs: 2 * deadlineMs + 270,
  leaseMs: 180,
  convergesWithinMs: 10_000,
} satisfies Promises;

/** So long may a lease be renewed: one and a half leases, so the one renewal has a sixth of a lease to spare. */
export const holdMsMax = 270;

/** How long a task takes that needs its renewal, in ms. */
export const renewedTaskMs = 200;

/** The times of tasks that are renewed for as long as they take: others ask all the while, and a lease that ends is taken over at once. */
export const longTaskTimes = { answersWithinMs: 4_000, leaseMs: 500, convergesWithinMs: 10_000 } satisfies Promises;

/** How long such a task takes, in ms: so many leases that whoever has it only for one is overtaken, and the next one too. */
export const longTaskMs = 1_200;

/** The times of a task that fails first: it is claimed twice, given back once and completed once. */
export const secondTryTimes = { ...claimTimes, answersWithinMs: 5 * deadlineMs + leaseMs } satisfies Promises;

/**
 * A lease that outlasts every run: whoever waits for its end waits in vain. So no call may run out of time either, for a claim whose
 * answer comes too late keeps its lease: hence a long deadline, which costs nothing where nothing is disturbed.
 */
export const endlessLeaseTimes = {
  answersWithinMs: 20_000,
  leaseMs: 60_000,
  convergesWithinMs: 10_000,
} satisfies Promises;

/** The deadline that goes with it, in ms. */
export const patientDeadlineMs = 5_000;

/** The times of controls: one that does not converge must not take long to show it. */
export const controlTimes: Promises = { ...claimTimes, convergesWithinMs: 1_000 };

/** Longer than the deadline and the lease: how long a message is stalled. */
export const longerThanAllMs = 350;

/** How a subject differs from the plain one. */
export interface Variant {
  readonly name?: string;
  readonly use?: Use;
  readonly promises?: Promises;
  /** The hosted module; the reference's by default. */
  readonly module?: URL;
  readonly sink?: Subject["sink"];
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A subject of the idempotency checker. */
export function idempotency(variant: Variant = {}): Subject<TaskRun> {
  const { use = "function" } = variant;
  return {
    name: variant.name ?? (use === "function" ? "idempotency checker" : "idempotency checker, middleware"),
    needs: ["redis"],
    host: { module: variant.module ?? new URL("./idempotency_hosted.ts", import.meta.url) },
    promises: variant.promises ?? claimTimes,
    options: { use, deadlineMs, ...variant.options },
    sink: variant.sink ?? "accept",
    reusable: true,
    describe: (op) => `task ${op.key}`,
    // The middleware's keys are stored as digests: nobody can say whose they are.
    ...(use === "function" ? { pending } : {}),
  };
}

/** How many keys are looked at in one step, and how many steps a look may take. */
const keysAtOnce = 1_000;
const stepsMax = 1_000;

/** Leases that are left over: tasks that are claimed and not done, whether or not their time has run out. */
async function pending({ redis, namespace }: Truth): Promise<readonly { kind: string; key: string }[]> {
  const before = `${namespace.prefix}{`;
  const keys = new Set<string>();
  for (let cursor = "0", step = 0; step < stepsMax; step++) {
    const [next, some] = await redis.scan(cursor, "MATCH", `${before}*`, "COUNT", keysAtOnce);
    for (const key of some) keys.add(key);
    if (next === "0") break;
    cursor = next;
  }
  if (keys.size === 0) return [];
  const all = [...keys];
  const records = await redis.mget(...all);
  return all.filter((_, i) => records[i]?.startsWith("held "))
    .map((key) => ({ kind: "lease", key: key.slice(before.length, -1) }));
}
