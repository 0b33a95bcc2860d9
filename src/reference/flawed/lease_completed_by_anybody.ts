/**
 * A lease that anybody completes: claims and takeovers are as they should be, with a higher token each, but the statement
 * that says "done" names the event and not the token. Met as `set status = 'DONE' where id = ?`, which looks as harmless as
 * it is short.
 *
 * What goes wrong: a holder that was overtaken says "done" of work that somebody else is doing, and is acknowledged for it.
 * If that other one then fails, the event counts as done all the same, and nobody comes again.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { completeLeaseSql } from "../dedupe/sql.ts";
import { statementBeside } from "./statement_beside.ts";
import { openTwin, type Twin } from "./twin.ts";

const statements = new Map([[completeLeaseSql, statementBeside("./lease_completed_by_anybody.sql")]]);

/** Opens the twin that believes whoever says "done". */
export function openLeaseCompletedByAnybody(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, { statements });
}
