/**
 * The health question to a Postgres: a real query, whose answer also tells whose server it is.
 *
 * It goes through `pg`, whose errors can all be caught (FACTS: a connection that npm:postgres loses at the wrong moment
 * throws where nobody can catch it).
 */
// @ts-types="@types/pg"
import pg from "pg";

/** What a server said of itself. */
export interface PostgresAnswer {
  readonly version: string;
  readonly dataFolder: string;
}

/** Connects, asks, disconnects. Throws what the connection threw, or an Error after `deadlineMs`. */
export async function askPostgres(port: number, deadlineMs: number): Promise<PostgresAnswer> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password: "",
    database: "postgres",
    connectionTimeoutMillis: deadlineMs,
    query_timeout: deadlineMs,
  });
  // A loss after the answer is no news, and without a listener it would be an uncaught exception.
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; folder: string }>(
      "select current_setting('server_version') as version, current_setting('data_directory') as folder",
    );
    if (!rows[0]) throw new Error("the server answered without a row");
    return { version: rows[0].version, dataFolder: rows[0].folder };
  } finally {
    await client.end();
  }
}

/** Whether that is how a server refuses which is still replaying what it knew. */
export function isStartingUp(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "57P03";
}
