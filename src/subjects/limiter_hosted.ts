/**
 * The instance's half of the limiter subjects: opens the limiter over this instance's own road, and says as a status what came of a
 * call. `hostLimiter` takes what opens the limiter, so that a flawed twin differs by that alone.
 */

import { Refused } from "../core/outcome.ts";
import type { Call, Hosted, Instance, World } from "../core/subject.ts";
import { OutcomeUnknown, StoreUnavailable, UnsuitableStore } from "../reference/errors.ts";
import { type Limiter, type LimiterOptions, openLimiter } from "../reference/limiter/mod.ts";
import { type claimTimes, limitedKey, type LimiterCall } from "./limiter.ts";
import { request } from "./limiter_request.ts";
import { Opening } from "./opening.ts";

/** Makes a hosted module of whatever opens a limiter. */
export function hostLimiter(open: (options: LimiterOptions) => Promise<Limiter>): Hosted<LimiterCall> {
  return {
    start(world: World): Promise<Instance<LimiterCall>> {
      const opening = new Opening(() => open(optionsOf(world)));
      const ask = world.options.by === "middleware" ? request : allow;
      return Promise.resolve({
        async invoke(op: LimiterCall, call: Call): Promise<unknown> {
          const limiter = await orUnavailable(() => opening.opened());
          return await orUnavailable(() => ask(limiter, op, call, world));
        },
        [Symbol.asyncDispose]: () => opening.close(),
      });
    },
  };
}

async function allow(limiter: Limiter, op: LimiterCall): Promise<unknown> {
  const { allowed, retryAfterMs } = await limiter.allow(limitedKey(op));
  if (!allowed) throw new Refused(`429 over the limit, come again in ${retryAfterMs} ms`, { final: true });
  return { status: 200 };
}

/** 503 where the store failed: as one who did nothing where the error promises that, else as one of whom nobody knows. */
async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    // Whoever could not be opened has said it as a refusal already, and not with which status.
    const cause = thrown instanceof Refused && thrown.cause instanceof Error ? thrown.cause : thrown;
    if (cause instanceof StoreUnavailable || cause instanceof UnsuitableStore) {
      throw new Refused(`503 ${cause.message}`, { cause });
    }
    if (cause instanceof OutcomeUnknown) throw new Error(`503 ${cause.message}`, { cause });
    throw thrown;
  }
}

/** Options of one instance: its own road, its run's part of the keys, the limit that the subject promises. */
function optionsOf(world: World): LimiterOptions {
  const { limit, windowMs } = world.options.promises as typeof claimTimes;
  return {
    url: world.url("redis"),
    prefix: world.namespace.prefix,
    ...{ limit, windowMs },
    deadlineMs: world.options.deadlineMs as number,
    log: (record) => world.note("log", record),
  };
}

/** The reference itself. */
export const hosted: Hosted<LimiterCall> = hostLimiter(openLimiter);
