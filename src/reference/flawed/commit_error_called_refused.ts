/**
 * An error of COMMIT is passed on as "certainly nothing happened". Met as one `catch` around the whole transaction that
 * turns whatever it catches into one error, with a comment that the database rolls back what was not committed.
 *
 * What goes wrong: a COMMIT whose answer was lost had been done. Whoever believes the refusal compensates, tells the
 * customer that the order did not go through, or does the work in another way: the effect is there all the same.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { StoreUnavailable } from "../errors.ts";
import { ifCommitFails } from "./if_commit_fails.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the twin that calls a failed COMMIT a certain rollback. */
export function openCommitErrorCalledRefused(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    transactional: (parts, delivered) =>
      ifCommitFails(parts, delivered, (cause) => {
        throw new StoreUnavailable("Rolled back: COMMIT failed", { retryAfterMs: cause.retryAfterMs, cause });
      }),
  });
}
