/**
 * The stack `native`: Postgres and Toxiproxy as child processes on free loopback ports, in a temporary folder.
 *
 * A sibling (containers, external) offers the same servers by other means.
 */
import { obtainPrograms, type Programs } from "./obtain.ts";
import { type PostgresServer, startPostgres } from "./postgres_server.ts";
import type { PostgresSettings } from "./postgres_settings.ts";
import type { Asked, Installation } from "./program.ts";
import { fillDataFolder, pristineArchive } from "./pristine.ts";
import { serviceUser } from "./service_user.ts";
import { Session } from "./session.ts";
import { startToxiproxy, type ToxiproxyServer } from "./toxiproxy_server.ts";

export type { PostgresServer } from "./postgres_server.ts";
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
  readonly versions: { readonly postgres: string; readonly toxiproxy: string };
  /** Used by many runs at once. */
  readonly shared: PostgresServer;
  /** A further server for one run's faults on the server itself; about 0.3 s. Dispose it, or it ends with the stack. */
  own(settings?: PostgresSettings): Promise<PostgresServer>;
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
    await fillDataFolder(session, await archive, name, signal);
    return await startPostgres({ session, program: programs.postgres, name, settings, deadlineMs, signal });
  };
  const [shared, toxiproxy] = await Promise.all([
    serve("shared", options.settings ?? {}),
    startToxiproxy(session, programs.toxiproxy, { deadlineMs, signal }),
  ]);
  let owned = 0;
  return {
    name: "native",
    why: [`Postgres ${describe(programs.postgres)}`, `Toxiproxy ${describe(programs.toxiproxy)}`].join(", "),
    versions: { postgres: shared.version, toxiproxy: programs.toxiproxy.version },
    shared,
    own: (settings = {}) => serve(`own-${++owned}`, { ...options.settings, ...settings }),
    toxiproxy,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function describe(program: Installation): string {
  return `${program.version} from ${program.where} (${program.path})`;
}
