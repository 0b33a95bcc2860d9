/**
 * What a user may set, and what follows from it. All waits derive from one number, the deadline, because they only work
 * together: the server must give up a transaction that its client has forgotten, and must give up waiting for a lock
 * while the client still listens. A sibling for another store would derive its own waits from the same deadline.
 */

import type { ConnectionOptions } from "node:tls";
import type { Log } from "./log.ts";

/** Options of `openDedupe`; all but `url` have a default. Times are milliseconds. */
export interface DedupeOptions {
  /** Where Postgres is: `postgres://user:password@host:port/database`. */
  readonly url: string | URL;
  /** TLS for both drivers, who read `sslmode` of a url differently; default: as the url says. */
  readonly tls?: ConnectionOptions | undefined;
  /** The schema that holds the table, by `search_path`; default: the role's own search path. */
  readonly schema?: string | undefined;
  /** Whose ids these are: ids of different providers never meet. Default "default". */
  readonly provider?: string | undefined;
  /** Each call answers within this, whatever the store and the handler do. Default 10,000: senders wait 15 s or more. */
  readonly deadlineMs?: number | undefined;
  /** How long a lease keeps others away from an event. Default: twice the deadline. */
  readonly leaseMs?: number | undefined;
  /** How long ids are remembered. Default 7 days: senders retry for 3 days, and their operators by hand some days later. */
  readonly retentionMs?: number | undefined;
  /** The most connections of each of the two drivers (transactions, and single statements). Default 10. */
  readonly connectionsMax?: number | undefined;
  /**
   * Over which connection the constraint is checked at the start; it stays open for the first call. Default "statements", which lease and batch
   * mode use; where only transactional mode is used, "transactions" saves a connection.
   */
  readonly checksOver?: "statements" | "transactions" | undefined;
  /** Receives one record for each thing worth knowing; default: nothing is written. */
  readonly log?: Log | undefined;
}

/** The options, complete and checked, with the waits of the server. */
export interface Settings {
  readonly url: URL;
  readonly tls: ConnectionOptions | undefined;
  readonly schema: string | undefined;
  readonly provider: string;
  readonly deadlineMs: number;
  readonly leaseMs: number;
  readonly retentionMs: number;
  readonly connectionsMax: number;
  readonly checksOver: "statements" | "transactions";
  readonly log: Log;
  /** What each connection tells the server at its start. */
  readonly startup: Readonly<Record<string, string>>;
}

/** Completes the options. Throws a TypeError for one that cannot work. */
export function settingsOf(options: DedupeOptions): Settings {
  const deadlineMs = atLeastOne("deadlineMs", options.deadlineMs ?? 10_000);
  const url = postgresUrl(options.url);
  return {
    url,
    tls: options.tls,
    schema: options.schema,
    provider: options.provider ?? "default",
    deadlineMs,
    leaseMs: atLeastOne("leaseMs", options.leaseMs ?? 2 * deadlineMs),
    retentionMs: atLeastOne("retentionMs", options.retentionMs ?? 7 * 24 * 3_600_000),
    connectionsMax: atLeastOne("connectionsMax", options.connectionsMax ?? 10),
    checksOver: eitherOf("checksOver", ["statements", "transactions"], options.checksOver ?? "statements"),
    log: options.log ?? (() => {}),
    startup: startupOf(url, deadlineMs, options.schema),
  };
}

/**
 * A forgotten transaction holds its lock for at most one statement and one idle wait, so twice the deadline; whoever
 * waits for that lock is told "busy" after a quarter of it. A server in front that refuses these (PgBouncer) has to be
 * given them on its own side.
 */
function startupOf(url: URL, deadlineMs: number, schema: string | undefined): Record<string, string> {
  return {
    application_name: url.searchParams.get("application_name") ?? "nevertwice-dedupe",
    statement_timeout: String(deadlineMs),
    lock_timeout: String(Math.max(1, Math.floor(deadlineMs / 4))),
    idle_in_transaction_session_timeout: String(deadlineMs),
    tcp_user_timeout: String(2 * deadlineMs),
    ...(schema === undefined ? {} : { search_path: `"${schema.replaceAll('"', '""')}"` }),
  };
}

function atLeastOne(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 31 - 1 && name !== "retentionMs") {
    throw new TypeError(`Cannot open dedupe: ${name} has to be a whole number from 1, not "${value}"`);
  }
  return value;
}

function eitherOf<const Value>(name: string, values: readonly Value[], value: Value): Value {
  if (values.includes(value)) return value;
  throw new TypeError(`Cannot open dedupe: ${name} has to be one of ${values.join(", ")}, not "${value}"`);
}

function postgresUrl(url: string | URL): URL {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new TypeError("Cannot open dedupe: the url has to look like postgres://user@host:5432/database");
  }
  return parsed;
}
