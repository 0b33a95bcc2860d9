/**
 * A lease without a fencing token: it expires and is taken over as it should, but every holder is given the same token, so
 * that one holder cannot be told from the next. Met as `SET key value NX PX`, as a `locked_until` column, and in every lock
 * whose client believes that whoever got it still has it.
 *
 * What goes wrong: a holder that was slow for longer than its lease goes on as if nothing had happened. The receiver has
 * seen a later holder by then, and has nothing by which to refuse the earlier one: what is old overwrites what is new.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { claimLeaseSql } from "../dedupe/sql.ts";
import { statementBeside } from "./statement_beside.ts";
import { openTwin, type Twin } from "./twin.ts";

const statements = new Map([[claimLeaseSql, statementBeside("./lease_without_fencing.sql")]]);

/** Opens the twin whose token is 0 for every holder: it compares equal in the store and at the receiver. */
export function openLeaseWithoutFencing(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, { statements });
}
