/**
 * A direct connection to Postgres for the time of one fault. What is asked over it comes to an end in time although the server may be gone or
 * stand still. Not a fault, but what those of the Postgres server look through.
 */

// @ts-types="@types/pg"
import pg from "pg";
import type { Target } from "../core/fault.ts";

/** Where it leads, as the direct road does; not connected yet. `answerMs` is the time for the connect and for each answer. */
export function directPostgres({ sql }: Pick<Target, "sql">, answerMs: number, name?: string): pg.Client {
  const { host, port, user, pass, database } = sql.options;
  const client = new pg.Client({
    host: host[0],
    port: port[0],
    user,
    password: pass ?? "",
    database,
    ...(name === undefined ? {} : { application_name: name }),
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
  });
  // The query or the connect says what went wrong; without a listener the same loss would be an uncaught exception.
  client.on("error", () => {});
  return client;
}

/** Not by a farewell: that would wait for a server that may not answer. */
export function letGo(client: pg.Client): void {
  client.connection.stream.destroy();
}
