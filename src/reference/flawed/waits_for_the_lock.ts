/**
 * A copy that waits for the lock: while an event is in work, a second delivery of it stands at the unique index until the first has ended.
 * Met wherever `lock_timeout` is left as it is, which is for ever.
 *
 * What goes wrong: each copy of an event whose handler is slow takes a connection and waits with it. A sender that comes again every few
 * seconds has used up the pool before the handler is done, and then nobody's events are processed.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the twin that waits for the lock until its deadline. */
export function openWaitsForTheLock(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, { startup: { lock_timeout: "0" } });
}
