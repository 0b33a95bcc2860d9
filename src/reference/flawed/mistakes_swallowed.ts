/**
 * Mistakes swallowed: whatever the handler throws is caught, perhaps logged, and the delivery counts as processed. Met around every
 * handler that must not bring the service down: `try { ... } catch (error) { console.error(error) }`.
 *
 * What goes wrong: nobody who could mend it hears of the mistake, and the sender has its 200. The event is claimed for good, and its effect
 * was never made.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { inOneTransaction } from "../dedupe/transactional.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the twin for which each handler succeeds. */
export function openMistakesSwallowed(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    transactional: ({ sessions, settings }, { event, handler, deadline }) =>
      inOneTransaction(sessions, settings, event, (tx) => swallowed(() => handler(tx)), deadline),
  });
}

/** What the handler returns, as far as the compiler knows. */
async function swallowed<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch {
    return undefined as T; // this is the flaw
  }
}
