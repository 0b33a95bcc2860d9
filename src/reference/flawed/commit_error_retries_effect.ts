/**
 * An error of COMMIT is met by doing the work again in process: the connection broke, so another one is taken, and the
 * handler's statements are run once more. The claim is not: it was made before, says the author, and this time it would
 * be in the way. Met in retry decorators that wrap the repository's write and not the whole of the delivery.
 *
 * What goes wrong: a COMMIT whose answer was lost had been done. The work is there twice, and the one claim knows nothing
 * of it.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { ifCommitFails } from "./if_commit_fails.ts";
import { openTwin, type Twin } from "./twin.ts";
import { withoutClaim } from "./without_claim.ts";

/** Opens the twin that repeats the effect, and the effect alone, when COMMIT has failed. */
export function openCommitErrorRetriesEffect(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    transactional: (parts, delivered) => ifCommitFails(parts, delivered, () => withoutClaim(parts, delivered)),
  });
}
