/**
 * The stack `external`: servers that the user names in the environment. Nothing on them is touched that the session did not
 * make, and what it made is dropped at its end; no fault strikes a server itself.
 */
import type { Service } from "../../core/place.ts";
import { innermostReason } from "../innermost_reason.ts";
import { StackError } from "../native/stack_error.ts";
import { PortPool } from "../port_pool.ts";
import { relayedLanes } from "../relayed_lanes.ts";
import type { Stack, StackOptions } from "../stack.ts";
import { tryRoads } from "../standing/roads.ts";
import { placeOf } from "../standing/servers.ts";
import { StandingSession } from "../standing/session.ts";
import { versionOfToxiproxy } from "../standing/toxiproxy_version.ts";
import { type Addresses, readAddresses, variables } from "./addresses.ts";
import { postgresRights, redisRights } from "./rights.ts";

const todo = {
  proxies:
    "If it runs in a container, publish a range of its ports under their own numbers on 127.0.0.1, and name it: " +
    "TOXIPROXY_PORTS=8666-8697.",
  upstream: (service: Service) => `Say in ${variables[service].upstream} where Toxiproxy finds it, as host:port.`,
};

/** Looks at the servers and begins the session there. Throws StackError with one sentence, and leaves nothing. */
export async function useExternal(options: StackOptions): Promise<Stack> {
  const { signal, session, services, instances } = options;
  const addresses = readAddresses((name) => Deno.env.get(name));
  const { postgres, redis } = addresses.stores;
  const [postgresVersion, redisVersion, toxiproxyVersion] = await Promise.all([
    postgres && postgresRights(postgres.url),
    redis && redisRights(redis.url),
    toxiproxyAt(addresses.toxiproxy),
  ]);
  signal.throwIfAborted();
  const servers = { postgres: postgres?.url, redis: redis?.url, toxiproxy: addresses.toxiproxy };
  const standing = await StandingSession.open(servers, options);
  try {
    const pool = addresses.ports && new PortPool(await unused(addresses, services.length * instances));
    const ports = pool?.proxyPorts;
    const resetsArrive = await tryRoads({
      session,
      toxiproxy: addresses.toxiproxy,
      ports,
      stores: addresses.stores,
      todo,
    });
    signal.throwIfAborted();
    const missing = services.filter((service) => !addresses.stores[service]);
    return {
      name: "external",
      why: `servers that the environment names: ${sentenceOf(addresses)}`,
      versions: {
        ...(postgresVersion && { postgres: postgresVersion }),
        ...(redisVersion && { redis: redisVersion }),
        toxiproxy: toxiproxyVersion,
      },
      shared: Object.fromEntries(
        Object.entries(addresses.stores).map(([name, store]) => [name, { ...store, outlives: true }]),
      ),
      own: {},
      missing: Object.fromEntries(missing.map((service) => [service, `${variables[service].url} is not set`])),
      toxiproxy: { url: addresses.toxiproxy, ports, resetsArrive },
      died: standing.died,
      lanesMax: lanesMax(pool?.size ?? Infinity, { portsOfLane: services.length * instances, resetsArrive }),
      [Symbol.asyncDispose]: () => standing[Symbol.asyncDispose](),
    };
  } catch (error) {
    await standing[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whoever loses a reset on the way has an engine's relay on it. */
function lanesMax(ports: number, at: { portsOfLane: number; resetsArrive: boolean }): number {
  return at.resetsArrive ? Math.floor(ports / at.portsOfLane) : relayedLanes({ ports, portsOfLane: at.portsOfLane });
}

async function toxiproxyAt(url: URL): Promise<string> {
  try {
    return await versionOfToxiproxy(url);
  } catch (cause) {
    const todo = "See that Toxiproxy's API is at TOXIPROXY_URL.";
    throw new StackError({ what: `Cannot use Toxiproxy at ${placeOf(url)}`, why: innermostReason(cause), todo, cause });
  }
}

/** The ports of the range on which no proxy of somebody else listens. Throws StackError if that is too few for one lane. */
async function unused({ toxiproxy, ports = [] }: Addresses, portsMin: number): Promise<number[]> {
  const response = await fetch(new URL("/proxies", toxiproxy), { signal: AbortSignal.timeout(5_000) });
  const proxies = await response.json() as Record<string, { readonly listen: string }>;
  const taken = new Set(Object.values(proxies).map(({ listen }) => Number(listen.slice(listen.lastIndexOf(":") + 1))));
  const free = ports.filter((port) => !taken.has(port));
  if (free.length >= portsMin) return free;
  throw new StackError({
    what: `Cannot use Toxiproxy at ${placeOf(toxiproxy)}`,
    why: `of TOXIPROXY_PORTS ${free.length} are free, and one run needs ${portsMin}`,
    todo: "Name a larger range, or remove those proxies.",
  });
}

function sentenceOf({ stores, toxiproxy }: Addresses): string {
  const named = Object.entries(stores).map(([service, { url }]) => `${service} at ${placeOf(url)}`);
  return [...named, `toxiproxy at ${placeOf(toxiproxy)}`].join(", ");
}
