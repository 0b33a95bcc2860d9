/**
 * The stack `native`: Postgres, Redis and Toxiproxy as child processes on free loopback ports, in a temporary folder.
 *
 * Runs share one Postgres (`shared`), in schemas of their own; a Redis cannot be shared by runs whose faults end connections,
 * flush scripts or fill the memory, and one costs next to nothing, so each lane has its own: `ownRedis()`.
 *
 * A sibling (containers, external) offers the same servers by other means.
 */
import { obtainPrograms, type Programs } from "./obtain.ts";
import { dataFolder } from "./own_server.ts";
import { type PostgresServer, startPostgres } from "./postgres_server.ts";
import type { PostgresSettings } from "./postgres_settings.ts";
import type { Asked, Installation } from "./program.ts";
import { fillDataFolder, pristineArchive } from "./pristine.ts";
import { type RedisServer, startRedis } from "./redis_server.ts";
import type { RedisSettings } from "./redis_settings.ts";
import { serviceUser } from "./service_user.ts";
import { Session } from "./session.ts";
import { StackError } from "./stack_error.ts";
import { startToxiproxy, type ToxiproxyServer } from "./toxiproxy_server.ts";

export type { PostgresServer } from "./postgres_server.ts";
export type { RedisServer } from "./redis_server.ts";
export { StackError } from "./stack_error.ts";

/** How the stack is started. `say` gets one line for each thing that is installed, swept or passed over. */
export interface NativeOptions extends Asked {
  /** Settings of Postgres by their names, over ours: `{ max_connections: "20", deadlock_timeout: "1ms" }`. */
  readonly settings?: PostgresSettings;
  /** How long each service may take until it answers; 30 s unless told. */
  readonly deadlineMs?: number;
  /** Programs that are known already; found or fetched unless told. */
  readonly programs?: Programs;
}

/** The running services. Disposing ends them and removes their folder; it may be done twice. */
export interface NativeStack extends AsyncDisposable {
  readonly name: "native";
  /** Where each program was found, as a sentence. */
  readonly why: string;
  /** Without `redis` where it cannot be had; "8.0.1 (Valkey)" where that stands for it. */
  readonly versions: { readonly postgres: string; readonly toxiproxy: string; readonly redis?: string };
  /** Used by many runs at once. */
  readonly shared: PostgresServer;
  /** A further server for one run's faults on the server itself; about 0.3 s. Dispose it, or it ends with the stack. */
  own(settings?: PostgresSettings): Promise<PostgresServer>;
  /** A new, empty Redis; about 0.03 s and 10 MB. Dispose it, or it ends with the stack. Throws StackError where `noRedis` is set. */
  ownRedis(settings?: RedisSettings): Promise<RedisServer>;
  /** Why Redis cannot be had here; undefined where it can. */
  readonly noRedis: string | undefined;
  readonly toxiproxy: ToxiproxyServer;
}

const DEADLINE_MS = 30_000;

/**
 * Finds or installs the programs and starts them; resolves once all answer. After an abort it ends what it had begun and
 * rejects with the signal's reason. Throws StackError when a service cannot be had.
 */
export async function startNative(options: NativeOptions): Promise<NativeStack> {
  const user = await serviceUser();
  const programs = options.programs ?? await obtainPrograms(user, options);
  const session = await Session.open(user, options);
  const onAbort = () => session[Symbol.asyncDispose]().catch(() => undefined); // disposed again below, where it throws
  options.signal.addEventListener("abort", onAbort);
  try {
    return await startServices(session, programs, options);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    options.signal.throwIfAborted();
    throw error;
  } finally {
    options.signal.removeEventListener("abort", onAbort);
  }
}

async function startServices(session: Session, programs: Programs, options: NativeOptions): Promise<NativeStack> {
  const { signal } = options;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const archive = pristineArchive(session, programs.postgres, options);
  const serve = async (name: string, settings: PostgresSettings) => {
    await fillDataFolder(dataFolder(session, "postgres", name), await archive, session, signal);
    return await startPostgres({ session, program: programs.postgres, name, settings, deadlineMs, signal });
  };
  const [shared, toxiproxy] = await Promise.all([
    serve("shared", options.settings ?? {}),
    startToxiproxy(session, programs.toxiproxy, { deadlineMs, signal }),
  ]);
  const { redis } = programs;
  let owned = 0;
  return {
    name: "native",
    why: [describe("Postgres", programs.postgres), describe("Redis", redis), describe("Toxiproxy", programs.toxiproxy)]
      .join(", "),
    versions: {
      postgres: shared.version,
      ...(!(redis instanceof StackError) && { redis: redis.version }),
      toxiproxy: programs.toxiproxy.version,
    },
    shared,
    own: (settings = {}) => serve(`own-${++owned}`, { ...options.settings, ...settings }),
    noRedis: redis instanceof StackError ? `${redis.message}. ${redis.todo}` : undefined,
    ownRedis(settings = {}) {
      if (redis instanceof StackError) return Promise.reject(redis);
      return startRedis({ session, program: redis, name: `${++owned}`, settings, deadlineMs, signal });
    },
    toxiproxy,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function describe(title: string, program: Installation | StackError): string {
  if (program instanceof StackError) return `no ${title} (${program.why})`;
  return `${title} ${program.version} from ${program.where} (${program.path})`;
}
