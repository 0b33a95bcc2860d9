/** Forgets events that no sender resends any more, a few rows a statement, so that nobody waits for a long delete. */

import type { Deadlines } from "./deadline.ts";
import type { Lanes } from "./lanes.ts";
import type { Settings } from "./options.ts";
import { pruneSql } from "./sql.ts";

/** How to prune: rows in one statement (default 500), rows in one call (default 100,000), and when to stop early. */
export interface PruneOptions {
  readonly rowsAtOnce?: number;
  readonly rowsMax?: number;
  readonly signal?: AbortSignal;
}

/** Deletes old rows until none is left, `rowsMax` is reached, or the signal aborts. See `Dedupe.prune`. */
export async function deleteOld(
  lanes: Lanes,
  settings: Settings,
  options: PruneOptions,
  deadlines: Deadlines,
): Promise<number> {
  const { rowsAtOnce = 500, rowsMax = 100_000, signal } = options;
  let deleted = 0;
  while (deleted < rowsMax && !signal?.aborted) {
    const limit = Math.min(rowsAtOnce, rowsMax - deleted);
    const deadline = deadlines.start();
    try {
      const gone = await lanes.run(pruneSql, [settings.provider, settings.retentionMs, limit], deadline);
      deleted += gone.length;
      if (gone.length < limit) break;
    } finally {
      deadline.clear();
    }
  }
  return deleted;
}
