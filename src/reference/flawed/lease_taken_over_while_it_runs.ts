/**
 * A lease that is taken over while it runs: the row of an event that is in work is given to whoever asks for it. Met as an
 * upsert whose WHERE was forgotten, and as a comparison of times in two time zones, for which every lease has run out.
 *
 * What goes wrong: two handlers work on the event at the same moment, with no fault at all. Only the receiver can save it,
 * if it deduplicates.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { claimLeaseSql } from "../dedupe/sql.ts";
import { statementBeside } from "./statement_beside.ts";
import { openTwin, type Twin } from "./twin.ts";

const statements = new Map([[claimLeaseSql, statementBeside("./lease_taken_over_while_it_runs.sql")]]);

/** Opens the twin whose leases keep nobody away. */
export function openLeaseTakenOverWhileItRuns(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, { statements });
}
