/**
 * Says "not processed" on an error: if Redis cannot be asked whether the task was done, it is taken for one that was not. Met as
 * `isProcessed` with a `catch` that returns false, so that "an outage of the cache does not stop the workers".
 *
 * What goes wrong: the claim may have arrived, and only its answer was lost. The task runs without a lease that anybody knows of, its
 * completion is nobody's, and the next worker does it all again.
 */

import type { Idempotency, IdempotencyOptions } from "../idempotency/mod.ts";
import { OutcomeUnknown, StoreUnavailable } from "../errors.ts";
import { openIdempotencyTwin } from "./idempotency_twin.ts";

/** Opens the twin to which every failure of a claim means that the task is new. */
export function openSaysNotProcessedOnAnError(options: IdempotencyOptions): Promise<Idempotency> {
  return openIdempotencyTwin(options, (run) => async (script, keys, args) => {
    try {
      return await run(script, keys, args);
    } catch (error) {
      const failed = error instanceof StoreUnavailable || error instanceof OutcomeUnknown;
      if (!failed || script.name !== "claim") throw error;
      return ["first", "0"]; // as if it had been granted, with a token that no real holder has
    }
  });
}
