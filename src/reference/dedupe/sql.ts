/**
 * The statements, one a file beside this one, so that each can be read, explained and run on its own. Read once, when
 * the module is loaded. A sibling statement is one more file and one more line here.
 */

import { readFileSync } from "node:fs";

/** Without the comments, which are for readers and need not travel with every statement. */
function statement(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8").replace(/^--.*\n/gm, "").trim();
}

/** Creates the table, its sequence and its index; run it with your migrations. */
export const schemaSql: string = statement("./schema.sql");
/** Begins a transaction in which a claim and its effect meet. */
export const beginSql: string = statement("./begin.sql");
/** Claims one event for good. */
export const claimSql: string = statement("./claim.sql");
/** Looks at events that were not new. */
export const lookSql: string = statement("./look.sql");
/** Claims one event under a lease, or takes over an expired one. */
export const claimLeaseSql: string = statement("./claim_lease.sql");
/** Completes a lease, if it is still ours. */
export const completeLeaseSql: string = statement("./complete_lease.sql");
/** Gives a lease back early, if it is still ours. */
export const releaseLeaseSql: string = statement("./release_lease.sql");
/** Claims many events and writes their effect; `/*effect*\/` is where the effect's statement goes. */
export const claimBatchSql: string = statement("./claim_batch.sql");
/** Deletes a few rows that are past the retention. */
export const pruneSql: string = statement("./prune.sql");
/** Says from the catalog whether all is there that the claims rest on. */
export const verifySql: string = statement("./verify.sql");
