/**
 * Whether the road from here through Toxiproxy to a store works, asked before a session relies on it; and whether a reset of
 * a proxy arrives as one. With Toxiproxy in a container, both depend on how its ports are published.
 */
import { connect } from "node:net";
import { Toxiproxy } from "toxiproxy-node-client";
import type { Service } from "../../core/place.ts";
import { askPostgres } from "../ask_postgres.ts";
import { infoOf, withRedis } from "../ask_redis.ts";
import { within } from "../instances/within.ts";
import { innermostReason } from "../innermost_reason.ts";
import { StackError } from "../native/stack_error.ts";
import { type ProxyPorts, ProxyRoad } from "../proxy.ts";
import { answerMsMax, placeOf } from "./servers.ts";

/** What is tried. */
export interface RoadsToTry {
  readonly session: string;
  readonly toxiproxy: URL;
  readonly ports: ProxyPorts | undefined;
  /** Owner's address, direct, and what Toxiproxy is told. */
  readonly stores: Readonly<Partial<Record<Service, { readonly url: URL; readonly upstream: string }>>>;
  /** What to do if a proxy cannot be reached, and if Toxiproxy cannot reach a store, each as a sentence. */
  readonly todo: { readonly proxies: string; upstream(service: Service): string };
}

const resetMsMax = 2_000;

/** Tries all. Gives whether resets arrive. Throws StackError if a road does not work. */
export async function tryRoads(roads: RoadsToTry): Promise<boolean> {
  const api = new Toxiproxy(roads.toxiproxy.href.replace(/\/$/, ""));
  let resetsArrive = true;
  for (
    const [service, { url, upstream }] of Object.entries(roads.stores) as [Service, { url: URL; upstream: string }][]
  ) {
    const name = `nevertwice-${roads.session}-look-${service}`;
    const road = await made(() => ProxyRoad.make(api, { name, upstream }, roads.ports), roads);
    try {
      await reached(road.port, roads);
      await arrives({ service, url, upstream, port: road.port }, roads);
      resetsArrive = await resets(road);
    } finally {
      await road.remove();
    }
  }
  return resetsArrive;
}

async function made(make: () => Promise<ProxyRoad>, { toxiproxy }: RoadsToTry): Promise<ProxyRoad> {
  try {
    return await make();
  } catch (cause) {
    if (cause instanceof StackError) throw cause;
    const todo = "See that Toxiproxy runs there, and that its ports are free.";
    throw new StackError({
      what: `Cannot use Toxiproxy at ${placeOf(toxiproxy)}`,
      why: innermostReason(cause),
      todo,
      cause,
    });
  }
}

/** Somebody listens where the proxy should be. */
async function reached(port: number, { toxiproxy, todo }: RoadsToTry): Promise<void> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port, signal: AbortSignal.timeout(answerMsMax) })).close();
  } catch (cause) {
    const what = `Cannot reach the proxies of Toxiproxy at ${placeOf(toxiproxy)}`;
    const why = `it says that one listens on port ${port}, and on 127.0.0.1:${port} nobody does (${
      innermostReason(cause)
    })`;
    throw new StackError({ what, why, todo: todo.proxies, cause });
  }
}

/** At the end of the road is the server that is there directly. */
async function arrives(
  at: { service: Service; url: URL; upstream: string; port: number },
  { todo }: RoadsToTry,
): Promise<void> {
  const through = new URL(at.url);
  through.hostname = "127.0.0.1";
  through.port = `${at.port}`;
  const what = `Cannot reach ${at.service} through Toxiproxy`;
  const sentence = todo.upstream(at.service);
  let here: string, there: string;
  try {
    [here, there] = await Promise.all([identityOf(at.service, at.url), identityOf(at.service, through)]);
  } catch (cause) {
    const why = `Toxiproxy was told to find it at ${at.upstream}, and that gave: ${innermostReason(cause)}`;
    throw new StackError({ what, why, todo: sentence, cause });
  }
  if (here === there) return;
  const why = `at ${at.upstream} Toxiproxy finds another server than there is at ${placeOf(at.url)}`;
  throw new StackError({ what, why, todo: sentence });
}

/** What tells one running server from all others. */
async function identityOf(service: Service, url: URL): Promise<string> {
  if (service === "redis") {
    return await withRedis(url, answerMsMax, async (call) => infoOf(await call("INFO", "server"), "run_id") ?? "");
  }
  const text = "select pg_postmaster_start_time()::text || current_setting('server_version') as started";
  return (await askPostgres<{ started: string }>(url, { text, deadlineMs: answerMsMax })).started;
}

/** Whether a reset by Toxiproxy is one when it comes here; an engine's relay makes it an end. It waits for bytes on its stream. */
async function resets(road: ProxyRoad): Promise<boolean> {
  await using _toxic = await road.addToxic({ type: "reset_peer", stream: "upstream", attributes: { timeout: 0 } });
  const { promise: ended, resolve: end } = Promise.withResolvers<boolean>();
  const socket = connect({ host: "127.0.0.1", port: road.port });
  socket.on("connect", () => socket.write("\r\n"));
  socket.on("error", () => end(true));
  socket.on("end", () => end(false));
  socket.resume();
  const arrived = await within(ended, resetMsMax);
  socket.destroy();
  return arrived ?? false;
}
