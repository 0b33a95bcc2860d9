/**
 * The Postgres half of a lane: a role of its own (so that its sessions can be told from all others), a direct road, and schemas made
 * once for each subject. Kept for many runs. Its sibling is `redis_half.ts`.
 */

import postgres, { type Sql } from "postgres";
import type { Server } from "../core/fault.ts";

/** Where a lane finds Postgres. */
export interface PostgresOptions {
  /** An owner's address (superuser, or may create roles and schemas), direct. */
  readonly url: URL;
  /** The server, if it is this lane's own. */
  readonly server: Server | undefined;
  /** What it makes is dropped at its end: the server outlives the session. */
  readonly leavesNothing?: boolean | undefined;
}

/** How many schemas keep a direct connection open. */
const connectionsKeptMax = 4;

/** A role and schemas on one Postgres. */
export class PostgresHalf {
  readonly sql: Sql;
  readonly role: string;
  readonly #options: PostgresOptions;
  readonly #made: string[] = [];
  readonly #direct = new Map<string, Sql>();

  private constructor(options: PostgresOptions, role: string, sql: Sql) {
    this.#options = options;
    this.role = role;
    this.sql = sql;
  }

  /** Makes the role. Rejects if the server does not do its part. */
  static async open(options: PostgresOptions, name: string): Promise<PostgresHalf> {
    const sql = direct(options.url);
    try {
      // Whoever is no superuser may drop what the role owns only as a member of it.
      await sql.unsafe(`create role "${name}" login password '${name}'; grant "${name}" to current_user`);
      return new PostgresHalf(options, name, sql);
    } catch (cause) {
      await sql.end({ timeout: 1 });
      throw cause;
    }
  }

  /** As whom and where instances connect, but for host and port, which are those of their roads. */
  get upstream(): URL {
    const url = new URL(this.#options.url);
    url.username = this.role;
    url.password = this.role;
    return url;
  }

  /** Makes an empty schema. */
  async makeSchema(schema: string): Promise<void> {
    await this.sqlIn(schema)`create schema ${this.sql(schema)}`;
    this.#made.push(schema);
  }

  /** The instances work as a role that owns nothing: it may use what is there, and no more. */
  async grant(schema: string): Promise<void> {
    await this.sqlIn(schema).unsafe(`
      grant usage, create on schema ${schema} to ${this.role};
      grant all on all tables in schema ${schema} to ${this.role};
      grant all on all sequences in schema ${schema} to ${this.role}`);
  }

  /** A direct connection whose search path is the schema. */
  sqlIn(schema: string): Sql {
    const known = this.#direct.get(schema);
    if (known) this.#direct.delete(schema);
    const sql = known ?? direct(this.#options.url, schema);
    this.#direct.set(schema, sql);
    const [oldest] = this.#direct;
    if (oldest && this.#direct.size > connectionsKeptMax) {
      this.#direct.delete(oldest[0]);
      oldest[1].end({ timeout: 5 }).catch(reportLate);
    }
    return sql;
  }

  /** Process ids of the sessions of instances. */
  async sessions(): Promise<readonly number[]> {
    const rows = await this.sql<{ pid: number }[]>`select pid from pg_stat_activity where usename = ${this.role}`;
    return rows.map((row) => row.pid);
  }

  /** Ends those sessions. */
  async endSessions(): Promise<void> {
    await this.sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${this.role}`;
  }

  /** Closes the direct roads; before that, drops what was made if the server outlives the session. */
  async close(): Promise<void> {
    if (this.#options.leavesNothing) {
      await this.endSessions();
      for (const schema of this.#made) await this.sql`drop schema if exists ${this.sql(schema)} cascade`;
      await this.sql`drop owned by ${this.sql(this.role)} cascade`;
      await this.sql`drop role ${this.sql(this.role)}`;
    }
    await Promise.all([this.sql, ...this.#direct.values()].map((sql) => sql.end({ timeout: 1 })));
  }
}

/** A direct road. One connection: whoever reads the truth reads it in order. */
function direct(url: URL, schema?: string): Sql {
  return postgres(url.href, {
    max: 1,
    fetch_types: false,
    backoff: false,
    onnotice: () => {},
    connection: { application_name: "nevertwice harness", ...(schema ? { search_path: schema } : {}) },
  });
}

function reportLate(cause: unknown): void {
  console.error(`A direct connection could not be closed: ${cause instanceof Error ? cause.message : cause}`);
}
