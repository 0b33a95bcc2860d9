/**
 * Errors answered as duplicates: whatever goes wrong with the claim is taken for "somebody was here before", and the
 * delivery is acknowledged. Met as insert-and-catch: `try { insert } catch { return 200 }`, where the author thought of the
 * unique violation, and the catch takes lost connections, timeouts and a full server as well.
 *
 * What goes wrong: nothing is processed twice, and nobody notices. The sender has its 200 and never comes again, and the
 * event is lost; only an error answer would have brought it back.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { underLease } from "../dedupe/lease.ts";
import { inOneTransaction } from "../dedupe/transactional.ts";
import type { Verdict } from "../dedupe/verdict.ts";
import { OutcomeUnknown, StoreUnavailable } from "../errors.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the twin that says "duplicate" when the store fails. */
export function openErrorsAnsweredDuplicate(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    transactional: ({ sessions, settings }, { event, handler, deadline }) =>
      duplicateIfItFails(inOneTransaction(sessions, settings, event, handler, deadline)),
    leased: ({ lanes, settings }, { event, handler, deadline }) =>
      duplicateIfItFails(underLease(lanes, settings, event, handler, deadline)),
  });
}

async function duplicateIfItFails<T>(verdict: Promise<Verdict<T>>): Promise<Verdict<T>> {
  try {
    return await verdict;
  } catch (error) {
    if (!(error instanceof StoreUnavailable || error instanceof OutcomeUnknown)) throw error;
    return { verdict: "duplicate" };
  }
}
