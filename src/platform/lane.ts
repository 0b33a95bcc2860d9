/**
 * A lane on real stores behind a real Toxiproxy: roads for each instance, a direct road to each store, and a place in each store that is
 * this lane's alone. Kept for many runs.
 */

import type { Redis } from "ioredis";
import type { Sql } from "postgres";
import type { Server } from "../core/fault.ts";
import type { InstancePool, Lane, Road, RunSink } from "../core/lane.ts";
import type { Service } from "../core/place.ts";
import type { Subject } from "../core/subject.ts";
import { type Links, openLinks, type ProxyPorts } from "./links.ts";
import { PostgresHalf, type PostgresOptions } from "./postgres_half.ts";
import { RedisHalf, type RedisHalfOptions } from "./redis_half.ts";
import type { Sink } from "./sink.ts";

/** What a lane is made of. */
export interface LaneOptions {
  /** Short and unique among all sessions on the servers; lower-case letters and digits. All prefixes of its runs begin with it. */
  readonly session: string;
  readonly index: number;
  readonly instances: number;
  readonly postgres?: PostgresOptions & { readonly upstream?: string | undefined } | undefined;
  readonly redis?: Omit<RedisHalfOptions, "keyPrefix"> & { readonly upstream?: string | undefined } | undefined;
  readonly toxiproxyUrl: URL;
  /** Where proxies may listen; a free port of 127.0.0.1 by default. */
  readonly proxyPorts?: ProxyPorts | undefined;
  readonly instancePool: InstancePool;
  readonly sink: Sink;
}

/** How long a lane may take to close. */
const closeMsMax = 8_000;

/** Opens a lane. Rejects if a server or Toxiproxy does not do its part. */
export async function openLane(options: LaneOptions): Promise<Lane> {
  const { session, index, instances } = options;
  const name = `nevertwice_${session}_${index}`;
  await using undo = new AsyncDisposableStack();
  const pg = options.postgres && await PostgresHalf.open(options.postgres, name);
  if (pg) undo.defer(() => pg.close());
  const redis = options.redis && await RedisHalf.open({ ...options.redis, keyPrefix: session }, name, instances);
  if (redis) undo.defer(() => redis.close());
  const links = await openLinks({
    toxiproxy: options.toxiproxyUrl,
    stores: {
      ...(pg ? { postgres: { as: () => pg.upstream, upstream: options.postgres?.upstream } } : {}),
      ...(redis ? { redis: { as: (instance) => redis.upstream(instance), upstream: options.redis?.upstream } } : {}),
    },
    ...(options.proxyPorts ? { proxyPorts: options.proxyPorts } : {}),
    instances,
    session,
    lane: index,
  });
  undo.use(links);
  return new OpenLane(options, { links, pg, redis }, undo.move());
}

interface Parts {
  readonly links: Links;
  readonly pg: PostgresHalf | undefined;
  readonly redis: RedisHalf | undefined;
}

class OpenLane implements Lane {
  readonly name: string;
  readonly servers: Readonly<Partial<Record<Service, Server>>>;
  readonly roads: readonly Road[];
  readonly instances: InstancePool;
  readonly #options: LaneOptions;
  readonly #parts: Parts;
  readonly #undo: AsyncDisposableStack;
  readonly #prepared = new Map<unknown, Promise<string>>();

  constructor(options: LaneOptions, parts: Parts, undo: AsyncDisposableStack) {
    this.name = `lane ${options.index}`;
    this.servers = serversOf(options, parts);
    this.roads = parts.links.roads;
    this.instances = options.instancePool;
    this.#options = options;
    this.#parts = parts;
    this.#undo = undo;
  }

  get sql(): Sql {
    return this.#postgres.sql;
  }

  get redis(): Redis {
    if (!this.#parts.redis) throw new Error(`Cannot ask Redis: ${this.name} has none`);
    return this.#parts.redis.redis;
  }

  schemaFor(subject: Subject): Promise<string> {
    const tables = tablesOf(subject);
    const known = this.#prepared.get(tables);
    if (known) return known;
    const { session, index } = this.#options;
    const made = this.#prepare(subject, `nevertwice_${session}_${index}_${this.#prepared.size}`);
    this.#prepared.set(tables, made);
    return made;
  }

  sqlIn(schema: string): Sql {
    return this.#postgres.sqlIn(schema);
  }

  openSink(run: Parameters<Lane["openSink"]>[0]): RunSink {
    return this.#options.sink.run(run.prefix, { policy: run.policy, record: run.record });
  }

  openRoads(run: Parameters<Lane["openRoads"]>[0]): Promise<void> {
    return this.#parts.links.open(run);
  }

  turnRoads(run: Parameters<Lane["turnRoads"]>[0]): void {
    this.#parts.links.turn(run);
  }

  closeRoads(deadlineMs: number): Promise<{ undrained: number }> {
    return this.#parts.links.close(deadlineMs);
  }

  async sessions(): Promise<number> {
    const { pg, redis } = this.#parts;
    const all = await Promise.all([pg?.sessions() ?? [], redis?.sessions() ?? []]);
    return all.reduce((sum, { length }) => sum + length, 0);
  }

  async endSessions(): Promise<void> {
    const { pg, redis } = this.#parts;
    await Promise.all([pg?.endSessions(), redis?.endSessions()]);
  }

  cleanRoads(): Promise<void> {
    return this.#parts.links.clean();
  }

  /** Bounded, for a lane is closed early when something on it hangs; what a server or a proxy still holds ends with them. */
  async [Symbol.asyncDispose](): Promise<void> {
    const late = Promise.withResolvers<string>();
    const timer = setTimeout(() => late.resolve(`not within ${closeMsMax} ms`), closeMsMax);
    const closing = this.#undo.disposeAsync().then(() => undefined, (cause: unknown) => ({ cause }));
    const failed = await Promise.race([closing, late.promise]);
    clearTimeout(timer);
    if (!failed) return;
    throw new Error(`Cannot close ${this.name}`, { cause: typeof failed === "string" ? failed : failed.cause });
  }

  get #postgres(): PostgresHalf {
    if (!this.#parts.pg) throw new Error(`Cannot ask Postgres: ${this.name} has none`);
    return this.#parts.pg;
  }

  async #prepare(subject: Subject, schema: string): Promise<string> {
    const { pg } = this.#parts;
    await pg?.makeSchema(schema);
    await subject.prepare?.(truthOf(this, { schema, prefix: "" }));
    await pg?.grant(schema);
    return schema;
  }
}

/** What tells the tables of subjects apart: who prepares them. Without tables, one empty schema does for all. */
function tablesOf({ prepare, needs, name }: Subject): unknown {
  return prepare ?? (needs.includes("postgres") ? name : "none");
}

/** The direct roads, each thrown at only when it is missing and asked for. */
function truthOf(lane: Lane, namespace: { schema: string; prefix: string }) {
  return {
    namespace,
    get sql() {
      return lane.sqlIn(namespace.schema);
    },
    get redis() {
      return lane.redis;
    },
  };
}

/** A Redis that was started again may have forgotten its users, if it has no file for them. */
function serversOf({ postgres, redis }: LaneOptions, parts: Parts): Lane["servers"] {
  const own = redis?.server;
  return {
    ...(postgres?.server ? { postgres: postgres.server } : {}),
    ...(own
      ? {
        redis: {
          service: "redis",
          kill: () => own.kill(),
          freeze: () => own.freeze(),
          thaw: () => own.thaw(),
          restart: async (how) => {
            await own.restart(how);
            if (!parts.redis?.remembersUsers) await parts.redis?.allow();
          },
        },
      }
      : {}),
  };
}
