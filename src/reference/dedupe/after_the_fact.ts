/**
 * A statement that follows an effect can fail in a way that means "nothing happened", and for that statement it is true.
 * For the call it is not: the effect is there. So no such failure may leave the call as it is.
 */

import { OutcomeUnknown, StoreUnavailable } from "../errors.ts";

/** Waits for a statement that comes after the effect. Throws OutcomeUnknown where it alone would throw StoreUnavailable. */
export async function afterTheFact<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new OutcomeUnknown("The effect may be there, but Postgres failed before the call had ended", {
      retryAfterMs: error.retryAfterMs,
      cause: error,
    });
  }
}
