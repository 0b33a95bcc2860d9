/**
 * A lease that is never taken over: the claim says "in work", the end says "done", and nobody ever looks whether the one
 * who said "in work" is still alive. Met as a `status` column with PROCESSING in it, and a ticket now and then to set some
 * rows back by hand.
 *
 * What goes wrong: whoever dies at work, or never hears that its claim was granted, leaves the event in work for ever. Each
 * delivery is told "busy", until the sender gives up.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { claimLeaseSql } from "../dedupe/sql.ts";
import { statementBeside } from "./statement_beside.ts";
import { openTwin, type Twin } from "./twin.ts";

const statements = new Map([[claimLeaseSql, statementBeside("./lease_never_taken_over.sql")]]);

/** Opens the twin whose leases expire, and stay where they are. */
export function openLeaseNeverTakenOver(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, { statements });
}
