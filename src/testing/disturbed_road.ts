/**
 * A road that a test can disturb: links to a real Postgres through a real Toxiproxy, as a fault's target, and clients of
 * npm:postgres that know no other way to the store.
 */
import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import postgres, { type Sql } from "postgres";
import type { Link, Server, Target } from "../core/fault.ts";
import { openLinks } from "../platform/links.ts";
import { absent } from "./disturbed_absence.ts";
import { DisturbedProxies } from "./disturbed_proxies.ts";

/** Where the services listen, and the server if a fault may strike it. */
export interface RoadOptions {
  readonly postgresUrl: URL;
  readonly toxiproxyUrl: URL;
  readonly server?: Server;
  /** 1 unless told. */
  readonly instances?: number;
}

/** What came of a query: its first value, the code of its error, or nothing within the time. */
export type Came = { readonly value: unknown } | { readonly code: string } | "nothing";

/** The road under test. Disposing ends its clients, closes it and drops its schema. */
export interface DisturbedRoad extends AsyncDisposable {
  readonly target: Target;
  /** Of this road alone, on a table `things (id int primary key)`. */
  readonly schema: string;
  /** A new client with a single connection, through the link of an instance. */
  client(instance?: number): Sql;
  /** The types of the toxics that are on the road. */
  toxics(): Promise<readonly string[]>;
  /** Takes every toxic off the road behind the back of the fault, and opens it. */
  clearBehindItsBack(): Promise<void>;
  /** Fails unless no toxic is left and a new client is answered at once. */
  assertClean(): Promise<void>;
}

/** How long a query over a clean road may take on a busy machine. */
const atOnceMs = 1_000;

/** Opens links of its own, and a schema of its own as the direct road's search path. */
export async function disturbedRoad(options: RoadOptions): Promise<DisturbedRoad> {
  const session = `faults${crypto.randomUUID().slice(0, 8)}`;
  const direct = (schema: string) =>
    postgres(options.postgresUrl.href, { max: 1, fetch_types: false, onnotice, connection: { search_path: schema } });
  await using undo = new AsyncDisposableStack();
  const sql = direct(session);
  undo.defer(() => sql.end({ timeout: 1 }));
  await sql.unsafe(`create schema ${session}; create table things (id int primary key)`);
  undo.defer(async () => void await sql.unsafe(`drop schema ${session} cascade`));
  const links = undo.use(
    await openLinks({
      toxiproxy: options.toxiproxyUrl,
      stores: { postgres: { as: () => options.postgresUrl } },
      instances: options.instances ?? 1,
      session,
      lane: 0,
    }),
  );
  await links.open({ record: () => {}, now: () => performance.now() });
  undo.defer(async () => void await links.close(1_000));
  const clients = undo.use(new Clients(session, links.roads.map((road) => road.url)));
  const proxies = new DisturbedProxies(options.toxiproxyUrl, session);
  const done = undo.move();
  return {
    target: {
      service: "postgres",
      links: links.roads as readonly Link[],
      server: options.server,
      sql,
      redis: absent<Redis>("Redis"),
      sessions: async () =>
        (await sql<{ pid: number }[]>`select pid from pg_stat_activity where application_name = ${session}`)
          .map(({ pid }) => pid),
      signal: new AbortController().signal,
    },
    schema: session,
    client: (instance = 0) => clients.open(instance),
    toxics: () => proxies.toxics(),
    clearBehindItsBack: () => proxies.clear(),
    async assertClean() {
      assert.deepEqual(await proxies.toxics(), []);
      for (let instance = 0; instance < links.roads.length; instance++) {
        assert.deepEqual(await came(clients.open(instance)`select 1 as value`, atOnceMs), { value: 1 });
      }
    },
    [Symbol.asyncDispose]: () => done.disposeAsync(),
  };
}

/** What comes of a query within a time. Its error, if it comes later, is heard here and by nobody else. */
export async function came(query: PromiseLike<readonly Record<string, unknown>[]>, withinMs: number): Promise<Came> {
  const late = Promise.withResolvers<Came>();
  const timer = setTimeout(() => late.resolve("nothing"), withinMs);
  const settled = Promise.resolve(query).then(
    (rows): Came => ({ value: Object.values(rows[0] ?? {})[0] }),
    (thrown): Came => ({ code: String(thrown?.code ?? thrown) }),
  );
  try {
    return await Promise.race([settled, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** How long something takes, in ms. */
export async function tookMs(what: PromiseLike<unknown>): Promise<number> {
  const startMs = performance.now();
  await what;
  return performance.now() - startMs;
}

class Clients implements AsyncDisposable {
  readonly #open: Sql[] = [];

  constructor(private readonly name: string, private readonly urls: readonly URL[]) {}

  open(instance: number): Sql {
    const client = postgres(this.urls[instance]!.href, {
      max: 1,
      fetch_types: false,
      backoff: false,
      onnotice,
      connection: { application_name: this.name, search_path: this.name },
    });
    this.#open.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((client) => client.end({ timeout: 0 })));
  }
}

function onnotice(): void {}
