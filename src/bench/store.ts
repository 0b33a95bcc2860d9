/**
 * Where dedupe is measured: a schema of its own in a server of ours, with the table of dedupe and one for effects, and the
 * statements that both sides of a comparison send. It goes with the server.
 */

import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { schemaSql, type WebhookEvent } from "../reference/dedupe/mod.ts";
import { type Settings, settingsOf } from "../reference/dedupe/options.ts";

const schema = "bench";

/** The effect that a transactional handler has; its parameters are id and body. */
export const effectSql = "insert into bench_effect (event_id, body) values ($1::text, $2::text)";
/** The same effect for batches. */
export const batchEffectSql =
  "insert into bench_effect (event_id, body) select event_id, convert_from(body, 'UTF8') from fresh";
/** The body of every event, and its SHA-256: the bare statements are handed it ready made. */
export const body = '{"order":1,"amount":"12.50","currency":"EUR"}';

/** An open store for measurements. */
export interface BenchStore extends AsyncDisposable {
  /** Of dedupe, as its user would have them; the bare side takes its connections' options from them. */
  readonly settings: Settings;
  /** A bare npm:postgres with the options of a lane of dedupe, and as many connections as dedupe has. */
  readonly sql: postgres.Sql;
  /** Takes out all rows, so that no measurement pays for an earlier one. */
  clear(): Promise<void>;
}

/** Makes the schema and connects. */
export async function openStore(url: URL): Promise<BenchStore> {
  const settings = settingsOf({ url, schema });
  const sql = postgres(url.href, {
    max: settings.connectionsMax,
    prepare: true,
    fetch_types: false,
    idle_timeout: undefined,
    max_lifetime: null,
    connection: { ...settings.startup },
    onnotice: () => {},
  });
  await sql.unsafe(`create schema if not exists ${schema}`);
  await sql.unsafe(schemaSql);
  await sql.unsafe("create table if not exists bench_effect (event_id text not null, body text not null)");
  return {
    settings,
    sql,
    clear: async () => void await sql.unsafe("truncate webhook_event, bench_effect"),
    [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }),
  };
}

/** An event that nobody has seen. */
export function newEvent(): WebhookEvent {
  return { id: randomUUID(), body };
}
