/**
 * Select, then insert: first it is asked whether the event is known, and if it is not, its row is written. Met in every
 * code base with an ORM (`findOne`, then `create`; `exists()`, then `save()`), and a transaction around both is believed
 * to help. The table has no unique constraint, which would have been the one thing that helps, and nobody looks for it.
 *
 * What goes wrong: two deliveries at the same moment both find nothing, and both go on. READ COMMITTED lets them.
 */

import { type LookedAt, verdictOf } from "../dedupe/look.ts";
import type { DedupeOptions } from "../dedupe/mod.ts";
import { lookSql } from "../dedupe/sql.ts";
import { textArray } from "../dedupe/text_array.ts";
import { ask } from "../dedupe/transaction.ts";
import { statementBeside } from "./statement_beside.ts";
import { openTwin, type Twin } from "./twin.ts";
import { withoutClaim } from "./without_claim.ts";

/** The tables of the good one without the constraint that it rests on. */
export const tablesWithoutConstraintSql: string = statementBeside("./select_then_insert_tables.sql");

const insertSql = statementBeside("./select_then_insert.sql");

/** Opens the twin that asks first and writes then. */
export function openSelectThenInsert(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    unverified: true,
    transactional: (parts, delivered) =>
      withoutClaim(parts, delivered, async (session, deadline) => {
        const [{ provider }, { event }] = [parts.settings, delivered];
        const seen = await ask<LookedAt>(session, deadline, lookSql, [provider, textArray([event.id])]);
        if (seen.rows[0] !== undefined) return verdictOf(event, seen.rows[0]);
        await ask(session, deadline, insertSql, [provider, event.id, event.fingerprint]);
        return undefined;
      }),
  });
}
