/**
 * The constraint taken for granted: the migrations have made it, so nobody looks. Met everywhere.
 *
 * What goes wrong: a table that was copied, restored or migrated without it takes every duplicate without a word, or refuses each claim.
 * The service starts, and says that it is ready.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the twin that does not look at the catalog. */
export function openConstraintTakenForGranted(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, { unverified: true });
}
