/**
 * The good transactional mode up to its COMMIT, and then the twin's own opinion of what an error of COMMIT means: what the
 * twins have in common that are wrong about that.
 */

import { inOneTransaction } from "../dedupe/transactional.ts";
import type { Tx } from "../dedupe/transaction.ts";
import type { Verdict } from "../dedupe/verdict.ts";
import { OutcomeUnknown, StoreUnavailable } from "../errors.ts";
import type { Delivered, Parts } from "./twin.ts";

/** Runs the good transaction. Where COMMIT failed after the handler gave its value, `otherwise` says what comes of it. */
export async function ifCommitFails<T>(
  { sessions, settings }: Parts,
  { event, handler, deadline }: Delivered<Tx, T>,
  otherwise: (error: StoreUnavailable | OutcomeUnknown, value: T) => Promise<Verdict<T>> | Verdict<T>,
): Promise<Verdict<T>> {
  let handled: { readonly value: T } | undefined;
  try {
    return await inOneTransaction(sessions, settings, event, async (tx) => {
      const value = await handler(tx);
      handled = { value };
      return value;
    }, deadline);
  } catch (error) {
    if (handled === undefined || !(error instanceof StoreUnavailable || error instanceof OutcomeUnknown)) throw error;
    return await otherwise(error, handled.value);
  }
}
