/** An instance of the flawed twin `select_then_insert`: asks first, writes then, and has no unique constraint. */

import { openSelectThenInsert } from "../../reference/flawed/select_then_insert.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openSelectThenInsert);

/** The tables that it works on. */
export { tablesWithoutConstraintSql } from "../../reference/flawed/select_then_insert.ts";
