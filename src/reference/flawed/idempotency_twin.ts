/**
 * What every flawed twin of the idempotency checker is made of: the good one, with other answers or other words between it and Redis. So a
 * twin differs from the good one by its flaw alone. The sibling for the dedupe is `twin.ts`.
 */

import { Idempotency, type IdempotencyOptions } from "../idempotency/mod.ts";
import { settingsOf } from "../idempotency/options.ts";
import { scripts } from "../idempotency/scripts.ts";
import { openRedis, type Redis } from "../redis.ts";

/** Runs a script of the checker's. */
export type Run = Redis["run"];

/** Opens a twin as `openIdempotency` opens the good one; `flaw` says how it runs scripts. Throws what that throws. */
export async function openIdempotencyTwin(options: IdempotencyOptions, flaw: (run: Run) => Run): Promise<Idempotency> {
  const settings = settingsOf(options);
  const { url, tls, log } = options;
  const redis = await openRedis({ url, tls, log, deadlineMs: settings.deadlineMs }, scripts);
  const run = flaw((...asked) => redis.run(...asked));
  const close = () => redis.close();
  return new Idempotency({ run, close, [Symbol.asyncDispose]: close }, settings);
}
