/**
 * A lane on a real Postgres behind a real Toxiproxy: roads for each instance, a role of its own (so that its sessions can
 * be told from all others), a direct road, and schemas made once for each subject. Kept for many runs.
 */

import postgres, { type Sql } from "postgres";
import type { Server } from "../core/fault.ts";
import type { InstancePool, Lane, Road, RunSink } from "../core/lane.ts";
import type { Subject } from "../core/subject.ts";
import { type Links, openLinks } from "./links.ts";
import type { Sink } from "./sink.ts";

/** What a lane is made of. */
export interface LaneOptions {
  /** Short and unique among all sessions on the server; lower-case letters and digits. */
  readonly session: string;
  readonly index: number;
  readonly instances: number;
  /** A superuser's address, direct. */
  readonly postgresUrl: URL;
  /** The server, if it is this lane's own. */
  readonly server: Server | undefined;
  readonly toxiproxyUrl: URL;
  readonly instancePool: InstancePool;
  readonly sink: Sink;
}

/** How long a lane may take to close. */
const closeMsMax = 8_000;

/** How many schemas keep a direct connection open. */
const connectionsKeptMax = 4;

/** Opens a lane. Rejects if the server or Toxiproxy does not do its part. */
export async function openLane(options: LaneOptions): Promise<Lane> {
  const sql = direct(options.postgresUrl);
  const role = `nevertwice_${options.session}_${options.index}`;
  try {
    await sql`create role ${sql(role)} login`;
    const upstream = new URL(options.postgresUrl);
    upstream.username = role;
    const links = await openLinks({
      toxiproxy: options.toxiproxyUrl,
      upstreams: { postgres: upstream },
      instances: options.instances,
      session: options.session,
      lane: options.index,
    });
    return new OpenLane(options, sql, role, links);
  } catch (cause) {
    await sql.end({ timeout: 1 });
    throw cause;
  }
}

class OpenLane implements Lane {
  readonly name: string;
  readonly server: Server | undefined;
  readonly roads: readonly Road[];
  readonly instances: InstancePool;
  readonly sql: Sql;
  readonly #options: LaneOptions;
  readonly #role: string;
  readonly #links: Links;
  readonly #schemas = new Map<string, Promise<string>>();
  readonly #direct = new Map<string, Sql>();

  constructor(options: LaneOptions, sql: Sql, role: string, links: Links) {
    this.name = `lane ${options.index}`;
    this.server = options.server;
    this.roads = links.roads;
    this.instances = options.instancePool;
    this.sql = sql;
    this.#options = options;
    this.#role = role;
    this.#links = links;
  }

  schemaFor(subject: Subject): Promise<string> {
    const known = this.#schemas.get(subject.name);
    if (known) return known;
    const { session, index } = this.#options;
    const made = this.#make(subject, `nevertwice_${session}_${index}_${this.#schemas.size}`);
    this.#schemas.set(subject.name, made);
    return made;
  }

  async #make(subject: Subject, schema: string): Promise<string> {
    const sql = this.sqlIn(schema);
    await sql`create schema ${sql(schema)}`;
    await subject.prepare?.({ namespace: { schema, prefix: "" }, sql });
    // The subject works as a role that owns nothing: it may use what is there, and no more.
    await sql.unsafe(`
      grant usage, create on schema ${schema} to ${this.#role};
      grant all on all tables in schema ${schema} to ${this.#role};
      grant all on all sequences in schema ${schema} to ${this.#role}`);
    return schema;
  }

  sqlIn(schema: string): Sql {
    const known = this.#direct.get(schema);
    if (known) this.#direct.delete(schema);
    const sql = known ?? direct(this.#options.postgresUrl, schema);
    this.#direct.set(schema, sql);
    const [oldest] = this.#direct;
    if (oldest && this.#direct.size > connectionsKeptMax) {
      this.#direct.delete(oldest[0]);
      oldest[1].end({ timeout: 5 }).catch(reportLate);
    }
    return sql;
  }

  openSink(run: Parameters<Lane["openSink"]>[0]): RunSink {
    return this.#options.sink.run(run.prefix, { policy: run.policy, record: run.record });
  }

  openRoads(run: Parameters<Lane["openRoads"]>[0]): Promise<void> {
    return this.#links.open(run);
  }

  turnRoads(run: Parameters<Lane["turnRoads"]>[0]): void {
    this.#links.turn(run);
  }

  closeRoads(deadlineMs: number): Promise<{ undrained: number }> {
    return this.#links.close(deadlineMs);
  }

  async sessions(): Promise<readonly number[]> {
    const rows = await this.sql<{ pid: number }[]>`select pid from pg_stat_activity where usename = ${this.#role}`;
    return rows.map((row) => row.pid);
  }

  cleanRoads(): Promise<void> {
    return this.#links.clean();
  }

  /** Bounded, for a lane is closed early when something on it hangs; what a server or a proxy still holds ends with them. */
  async [Symbol.asyncDispose](): Promise<void> {
    const connections = [this.sql, ...this.#direct.values()];
    const closing = Promise.allSettled([
      this.#links[Symbol.asyncDispose](),
      ...connections.map((sql) => sql.end({ timeout: 1 })),
    ]);
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), closeMsMax);
    const ended = await Promise.race([closing, late.promise]);
    clearTimeout(timer);
    const failed = ended?.find((end) => end.status === "rejected");
    if (!ended || failed) {
      throw new Error(`Cannot close ${this.name}`, { cause: failed?.reason ?? `not within ${closeMsMax} ms` });
    }
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
