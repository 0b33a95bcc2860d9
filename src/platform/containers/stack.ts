/**
 * The stack `containers`: an engine's containers, made by Testcontainers. Runs share one Postgres; each lane has a Redis of its
 * own, as on the stack `native`. All of it is removed at the end, whatever way the session ends.
 */
import { reasonOf, StackError } from "../native/stack_error.ts";
import { relayedLanes } from "../relayed_lanes.ts";
import type { OwnServer, Stack, StackOptions } from "../stack.ts";
import { type Engine, findEngine } from "./engine.ts";
import { images, obtainImages } from "./images.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import type { ServerStart } from "./server.ts";
import { ContainerSession } from "./session.ts";
import { loadTestcontainers } from "./testcontainers.ts";
import { startToxiproxy } from "./toxiproxy.ts";

/** How it is started beside what every stack is told. */
export interface ContainersOptions extends StackOptions {
  /** The engine, if it was found already. */
  readonly engine?: Engine;
  /** Publishes ports where the network of this machine could be used: as on machines where it cannot. */
  readonly publish?: boolean;
}

/** Most ports that are published: each costs a process of the engine, and 50 ms at the end. */
const publishedMax = 96;
/** What each lane needs of them at most beside its proxies: a server of each store. */
const serversOfLane = 2;
/** Lanes that wait for a run whose faults strike Postgres itself. */
const seldom = 2;

/** Starts the services; resolves once all answer. Throws StackError when one cannot be had, and leaves nothing. */
export async function startContainers(options: ContainersOptions): Promise<Stack> {
  const { signal } = options;
  const engine = options.engine ?? await findEngine();
  if (typeof engine === "string") throw noEngine(engine);
  const session = await open(engine, options);
  // Disposed again below, where it throws.
  const onAbort = () => session[Symbol.asyncDispose]().catch(() => undefined); // disposed again below, where it throws
  signal.addEventListener("abort", onAbort);
  try {
    signal.throwIfAborted();
    return await startServices(session, options);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function open(engine: Engine, options: ContainersOptions): Promise<ContainerSession> {
  try {
    const library = await loadTestcontainers(engine);
    await obtainImages(engine, library, options);
    return await ContainerSession.open({ engine, library }, options);
  } catch (cause) {
    options.signal.throwIfAborted();
    if (cause instanceof StackError) throw cause;
    const todo = "`deno task chaos doctor` tells what the engine has; `--stack native` needs none.";
    throw new StackError({ what: `Cannot use the engine at ${engine.address}`, why: reasonOf(cause), todo, cause });
  }
}

async function startServices(session: ContainerSession, options: ContainersOptions): Promise<Stack> {
  const { signal, say, lanes, instances, services } = options;
  const portsOfLane = services.length * instances + serversOfLane;
  const portsMax = Math.min(publishedMax, lanes * portsOfLane + services.length);
  const toxiproxy = await startToxiproxy({ session, portsMax, publish: options.publish ?? false, signal });
  const { placement } = toxiproxy;
  const onHost = placement.name === "host";
  if (!onHost) say("the network of this machine cannot be shared: ports are published, and a reset arrives as an end");
  let owned = 0;
  const start = (name: string, settings = {}): ServerStart => ({ session, placement, name, settings, signal });
  const [postgres, redis] = await Promise.all([
    services.includes("postgres") ? startPostgres(start("shared")) : undefined,
    services.includes("redis") ? startRedis(start("own-0")) : undefined,
  ]);
  let spare: OwnServer | undefined = redis;
  return {
    name: "containers",
    why: `containers of ${Object.values(images).join(", ")} at ${session.engine.address}`,
    versions: {
      ...(postgres && { postgres: postgres.version }),
      ...(redis && { redis: redis.version }),
      toxiproxy: toxiproxy.version,
    },
    shared: postgres ? { postgres: { url: postgres.url, outlives: false } } : {},
    own: {
      postgres: (settings) => startPostgres(start(`own-${++owned}`, settings)),
      redis(settings) {
        // The first one was started to be asked for its version.
        const first = settings === undefined ? spare : undefined;
        if (first) spare = undefined;
        return first ? Promise.resolve(first) : startRedis(start(`own-${++owned}`, settings));
      },
    },
    missing: {},
    toxiproxy: { url: toxiproxy.url, ports: placement.proxyPorts, resetsArrive: onHost },
    died: [...(postgres ? [postgres.died] : []), toxiproxy.died],
    lanesMax: onHost ? Infinity : relayedLanes({ ports: portsMax - services.length, portsOfLane, seldom }),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The sentence for a machine without an engine. */
function noEngine(why: string): StackError {
  return new StackError({
    what: "Cannot start containers",
    why: `no engine answers (${why})`,
    todo: "Start Docker, or say where it is in DOCKER_HOST; `--stack native` needs none.",
  });
}
