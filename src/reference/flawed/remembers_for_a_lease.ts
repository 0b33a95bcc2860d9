/**
 * A checker that remembers what is done for as long as a lease runs, and no longer. Met as one `PX` for both, set as short as a crash of a
 * worker should cost.
 *
 * What goes wrong: a queue that hands a task out again after that finds it unknown, and it is run once more, although it was done and
 * acknowledged.
 */

import type { Idempotency, IdempotencyOptions } from "../idempotency/mod.ts";
import { settingsOf } from "../idempotency/options.ts";
import { completeScript } from "../idempotency/scripts.ts";
import { openIdempotencyTwin } from "./idempotency_twin.ts";

/** Opens the twin whose memory is as short as its leases. */
export function openRemembersForALease(options: IdempotencyOptions): Promise<Idempotency> {
  const { leaseMs } = settingsOf(options);
  return openIdempotencyTwin(options, (run) => (script, keys, args) => {
    if (script.name !== completeScript.name) return run(script, keys, args);
    const [token = "", fingerprint = "", , ...result] = args;
    return run(script, keys, [token, fingerprint, leaseMs, ...result]);
  });
}
