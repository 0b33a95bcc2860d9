/**
 * The start-up check: without its unique constraint the dedupe would let everything through, so it refuses to start.
 * A sibling check would look for another thing that correctness rests on, and also name the statement that adds it.
 */

import { MissingConstraint, StoreUnavailable } from "../errors.ts";
import type { Deadline } from "./deadline.ts";
import type { Lanes } from "./lanes.ts";
import type { Settings } from "./options.ts";
import type { Sessions } from "./sessions.ts";
import { schemaSql, verifySql } from "./sql.ts";
import { ask } from "./transaction.ts";

/** Both kinds of connections. */
export interface Connections {
  readonly lanes: Lanes;
  readonly sessions: Sessions;
}

/** Adds what the claims rest on. It fails, rightly, while the table holds two rows of one event. */
export const uniqueStatement: string = "alter table webhook_event alter provider set not null, " +
  "alter event_id set not null, add constraint webhook_event_once unique (provider, event_id)";

const sequenceStatement = "drop sequence if exists webhook_event_token; " +
  "create sequence webhook_event_token as bigint cache 1 no cycle";

interface Found {
  readonly table_exists: boolean;
  readonly constraint_exists: boolean;
  readonly sequence_exists: boolean;
}

/** Reads the catalog. Throws MissingConstraint, or StoreUnavailable if the catalog cannot be read in time. */
export async function verifyConstraint(
  connections: Connections,
  settings: Settings,
  deadline: Deadline,
): Promise<void> {
  const { schema, checksOver } = settings;
  const where = schema === undefined ? "on the search path" : `in the schema ${JSON.stringify(schema)}`;
  const [found] = checksOver === "transactions"
    ? await overSession<Found>(connections.sessions, deadline)
    : await connections.lanes.run<Found>(verifySql, [], deadline);
  if (!found?.table_exists) throw new MissingConstraint(`Cannot start: no table webhook_event ${where}`, schemaSql);
  if (!found.constraint_exists) {
    throw new MissingConstraint(
      `Cannot start: webhook_event ${where} has no valid unique constraint on (provider, event_id)`,
      uniqueStatement,
    );
  }
  if (!found.sequence_exists) {
    throw new MissingConstraint(
      `Cannot start: no rising sequence webhook_event_token ${where} that hands out one token at a time`,
      sequenceStatement,
    );
  }
}

async function overSession<Row>(sessions: Sessions, deadline: Deadline): Promise<readonly Row[]> {
  const session = await sessions.take(deadline);
  try {
    return (await ask<Row>(session, deadline, verifySql)).rows;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const { retryAfterMs, cause } = error;
    throw new StoreUnavailable("Cannot read the catalog: Postgres failed or did not answer in time", {
      retryAfterMs,
      cause,
    });
  } finally {
    if (session.waiting) sessions.discardHung(session);
    else sessions.give(session);
  }
}
