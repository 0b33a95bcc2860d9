/**
 * A road to Redis that a test can disturb: links to a real Redis through a real Toxiproxy, as a fault's target, and clients of ioredis that
 * know no other way to the store. A Redis of the test's own, if the fault strikes the server. Its sibling is `disturbed_road.ts`.
 */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import type { Sql } from "postgres";
import type { Link, Server, Target } from "../core/fault.ts";
import { openLinks } from "../platform/links.ts";
import { obtainPrograms } from "../platform/native/obtain.ts";
import { type RedisServer, startRedis } from "../platform/native/redis_server.ts";
import type { RedisSettings } from "../platform/native/redis_settings.ts";
import { serviceUser } from "../platform/native/service_user.ts";
import { Session } from "../platform/native/session.ts";
import { RedisHalf } from "../platform/redis_half.ts";
import { absent } from "./disturbed_absence.ts";
import { DisturbedProxies } from "./disturbed_proxies.ts";

/** Where the services listen, and the server if a fault may strike it. */
export interface RedisRoadOptions {
  readonly redisUrl: URL;
  readonly toxiproxyUrl: URL;
  readonly server?: Server;
  /** 1 unless told. */
  readonly instances?: number;
}

/** What came of a command: its reply, the code of an error reply or what else was wrong, or nothing within the time. */
export type Reply = { readonly value: unknown } | { readonly error: string } | "nothing";

/** The road under test. Disposing ends its clients, closes it and deletes its keys and users. */
export interface DisturbedRedis extends AsyncDisposable {
  readonly target: Target;
  /** All keys begin with it. */
  readonly prefix: string;
  /** A new client with a single connection, through the link of an instance. It never sends a command twice. */
  client(instance?: number): Redis;
  /** The types of the toxics that are on the road. */
  toxics(): Promise<readonly string[]>;
  /** Takes every toxic off the road behind the back of the fault, and opens it. */
  clearBehindItsBack(): Promise<void>;
  /** Fails unless no toxic is left and a new client can write at once. */
  assertClean(): Promise<void>;
}

/** How long a command over a clean road may take on a busy machine. */
const atOnceMs = 1_000;

/** Opens links and users of its own. */
export async function disturbedRedis(options: RedisRoadOptions): Promise<DisturbedRedis> {
  const { redisUrl: url, toxiproxyUrl: toxiproxy, instances = 1 } = options;
  const server = options.server && plain(options.server);
  const prefix = `faults${crypto.randomUUID().slice(0, 8)}`;
  await using undo = new AsyncDisposableStack();
  const half = await RedisHalf.open(
    { url, server, leavesNothing: true, keyPrefix: prefix },
    prefix,
    instances,
  );
  undo.defer(() => half.close());
  // A Redis that is started again has to know them before anybody can ask: they are none of its data.
  if (server) await half.redis.call("ACL", "SAVE");
  const stores = { redis: { as: (instance: number) => half.upstream(instance) } };
  const links = undo.use(await openLinks({ toxiproxy, stores, instances, session: prefix, lane: 0 }));
  await links.open({ record: () => {}, now: () => performance.now() });
  undo.defer(async () => void await links.close(1_000));
  const clients = undo.use(new Clients(links.roads.map((road) => road.url)));
  const proxies = new DisturbedProxies(toxiproxy, prefix);
  const done = undo.move();
  return {
    target: {
      service: "redis",
      links: links.roads as readonly Link[],
      server,
      sql: absent<Sql>("Postgres"),
      redis: half.redis,
      sessions: () => Promise.resolve([]),
      signal: new AbortController().signal,
    },
    prefix,
    client: (instance = 0) => clients.open(instance),
    toxics: () => proxies.toxics(),
    clearBehindItsBack: () => proxies.clear(),
    async assertClean() {
      assert.deepEqual(await proxies.toxics(), []);
      for (let instance = 0; instance < instances; instance++) {
        assert.deepEqual(await replyTo(clients.open(instance).set(`${prefix}clean`, 1), atOnceMs), { value: "OK" });
      }
    },
    [Symbol.asyncDispose]: () => done.disposeAsync(),
  };
}

/** A Redis of the test's own. Ask for it outside `Deno.test`; it ends with the process. */
export async function ownRedis(settings: RedisSettings = {}): Promise<RedisServer> {
  const asked = { say: (line: string) => console.error(line), signal: new AbortController().signal };
  const user = await serviceUser();
  const { redis: program } = await obtainPrograms(user, asked);
  if (program instanceof Error) throw program;
  const session = await Session.open(user, asked);
  globalThis.addEventListener("unload", () => void session[Symbol.asyncDispose]());
  const aclfile = `${session.folder}/data/users.acl`;
  // With such a file the password of the settings counts for nothing.
  const password = settings.requirepass === undefined ? "nopass" : `>${settings.requirepass}`;
  await Deno.writeTextFile(aclfile, `user default on ${password} ~* &* +@all\n`);
  if (user) await Deno.chown(aclfile, user.uid, user.gid);
  const start = { session, program, name: "own", deadlineMs: 10_000, signal: asked.signal };
  return await startRedis({ ...start, settings: { ...settings, aclfile } });
}

/** What comes of a command within a time. Its error, if it comes later, is heard here and by nobody else. */
export async function replyTo(asked: Promise<unknown>, withinMs: number): Promise<Reply> {
  const late = Promise.withResolvers<Reply>();
  const timer = setTimeout(() => late.resolve("nothing"), withinMs);
  const settled = asked.then((value): Reply => ({ value }), (thrown): Reply => ({ error: codeOf(thrown) }));
  try {
    return await Promise.race([settled, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(thrown: unknown): string {
  const { code, message } = Object(thrown);
  return String(code ?? /^[A-Z]+(?= )/.exec(message)?.[0] ?? message);
}

/** The server as an object that can be copied with one thing in it put otherwise: `{ ...server, kill }`. */
function plain(own: Server): Server {
  return {
    service: own.service,
    kill: () => own.kill(),
    restart: (how) => own.restart(how),
    freeze: () => own.freeze(),
    thaw: () => own.thaw(),
  };
}

class Clients implements Disposable {
  readonly #open: Redis[] = [];

  constructor(private readonly urls: readonly URL[]) {}

  open(instance: number): Redis {
    const client = new Redis(this.urls[instance]!.href, {
      retryStrategy: () => 5,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    client.on("error", () => {}); // each command rejects by itself
    this.#open.push(client);
    return client;
  }

  [Symbol.dispose](): void {
    for (const client of this.#open) client.disconnect();
  }
}
