/**
 * Questions to a Postgres by its address, over a connection of their own.
 *
 * They go through `pg`, whose errors can all be caught.
 */
// @ts-types="@types/pg"
import pg from "pg";

/** Asks one thing: the rows of the answer. */
export type Ask = <Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** Connects, lets `work` ask, disconnects. Throws what the connection threw; each step has `deadlineMs`. */
export async function withPostgres<T>(url: URL, deadlineMs: number, work: (ask: Ask) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url.href,
    connectionTimeoutMillis: deadlineMs,
    query_timeout: deadlineMs,
    application_name: "nevertwice harness",
  });
  // A loss after the answer is no news, and without a listener it would be an uncaught exception.
  client.on("error", () => {});
  try {
    await client.connect();
    return await work(async <Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(text, [...values])).rows
    );
  } finally {
    // Not by a farewell: that would wait for a server that may not answer.
    client.connection.stream.destroy();
  }
}

/** The first row of one answer. */
export async function askPostgres<Row extends Record<string, unknown>>(
  url: URL,
  { text, deadlineMs }: { readonly text: string; readonly deadlineMs: number },
): Promise<Row> {
  const [row] = await withPostgres(url, deadlineMs, (ask) => ask<Row>(text));
  if (!row) throw new Error("the server answered without a row");
  return row;
}
