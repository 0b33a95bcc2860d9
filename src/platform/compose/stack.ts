/**
 * The stack `compose`: what `docker compose up -d` of our file left standing. If it does not stand it is brought up, and what
 * was brought up is taken down at the end, whatever way the session ends; what stood is left as it was.
 */
import type { Service } from "../../core/place.ts";
import { Guard } from "../guard.ts";
import { harnessIdentity, isRunning } from "../harness_identity.ts";
import { userCacheFolder } from "../native/cache.ts";
import { reasonOf, StackError } from "../native/stack_error.ts";
import { PortPool } from "../port_pool.ts";
import { relayedLanes } from "../relayed_lanes.ts";
import type { Stack, StackOptions } from "../stack.ts";
import { tryRoads } from "../standing/roads.ts";
import { StandingSession } from "../standing/session.ts";
import { untilAnswers } from "../until_answers.ts";
import { addresses, proxyPorts, upstreams } from "./addresses.ts";
import { composeClearing, type ComposeCommand, composeDown, composeUp, findCompose } from "./command.ts";
import { type Look, look } from "./look.ts";

const standsMsMax = 60_000;
/** Services that are just being brought up by hand are waited for. */
const halfMsMax = 15_000;
const lockMsMax = 120_000;
const triesMax = 3;
const betweenTriesMs = 1_500;

const byHand = "docker compose up -d";
const stores = {
  postgres: { url: addresses.postgres, upstream: upstreams.postgres },
  redis: { url: addresses.redis, upstream: upstreams.redis },
};

/** Uses what stands, or brings it up. Throws StackError, and leaves nothing. */
export async function useCompose(options: StackOptions): Promise<Stack> {
  const { signal, session, services, instances } = options;
  await using undo = new AsyncDisposableStack();
  const { seen, guard } = await standing(options, undo);
  const here = undo.use(await StandingSession.open(addresses, options));
  const { first, last } = proxyPorts;
  const pool = new PortPool(Array.from({ length: last - first + 1 }, (_, index) => first + index));
  const todo = "See that what stands was made of this checkout's docker-compose.yml.";
  const tried = { proxies: todo, upstream: (_: Service) => todo };
  const roads = { session, toxiproxy: addresses.toxiproxy, ports: pool.proxyPorts, stores, todo: tried };
  const resetsArrive = await tryRoads(roads);
  signal.throwIfAborted();
  const disposal = undo.move();
  const shared = Object.entries(stores).map(([name, store]) => [name, { ...store, outlives: guard === undefined }]);
  return {
    name: "compose",
    why: guard ? "docker-compose.yml, brought up for this session" : "docker-compose.yml, which stood already",
    versions: seen.versions,
    shared: Object.fromEntries(shared),
    own: {},
    missing: {},
    toxiproxy: { url: addresses.toxiproxy, ports: pool.proxyPorts, resetsArrive },
    died: here.died,
    lanesMax: relayedLanes({ ports: pool.size, portsOfLane: services.length * instances }),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

/** What stands now, and the guard that takes it down if we brought it up. One session at a time looks and brings up. */
async function standing(
  options: StackOptions,
  undo: AsyncDisposableStack,
): Promise<{ seen: Look; guard: Guard | undefined }> {
  using _lock = await lock(options.signal);
  const seen = await settled(options.signal);
  const silent = Object.entries(seen.silent);
  if (silent.length === 0) {
    const by = seen.broughtUpBy ?? "";
    if (by === "") return { seen, guard: undefined };
    if (await isRunning(by) !== false) throw othersSession(by);
  } else if (Object.keys(seen.versions).length > 0) throw half(seen);
  const compose = await findCompose();
  if (typeof compose === "string") throw noCompose(compose);
  return await bringUp(compose, options, undo);
}

async function bringUp(compose: ComposeCommand, { say, signal }: StackOptions, undo: AsyncDisposableStack) {
  say(`bringing docker-compose.yml up for this session (\`${compose.words.join(" ")}\` ${compose.version})`);
  const guard = await Guard.start(composeClearing(compose));
  undo.defer(async () => {
    // Nobody may bring up what is just being taken down.
    using _lock = await lock(new AbortController().signal);
    await guard.end();
  });
  await upAnew(compose, signal);
  const whole = async () => {
    const seen = await look();
    const [silent] = Object.entries(seen.silent);
    if (silent) throw new Error(`${silent[0]}: ${silent[1]}`);
    return seen;
  };
  try {
    return { seen: await untilAnswers(whole, { deadlineMs: standsMsMax, signal }), guard };
  } catch (cause) {
    signal.throwIfAborted();
    const todo = "See what `docker logs` says of its containers while it is brought up by hand.";
    throw new StackError({ what: "Cannot bring docker-compose.yml up", why: reasonOf(cause), todo, cause });
  }
}

/** Takes down what a killed session may have left, whole or in part, which its guard may be doing just now too. */
async function upAnew(compose: ComposeCommand, signal: AbortSignal): Promise<void> {
  const harness = await harnessIdentity();
  for (let tries = 1;; tries++) {
    try {
      await composeDown(compose, signal);
      return await composeUp(compose, harness, signal);
    } catch (error) {
      if (!(error instanceof StackError) || signal.aborted || tries === triesMax) throw error;
      await new Promise((resolve) => setTimeout(resolve, betweenTriesMs));
    }
  }
}

/** All that stands, or nothing; after a while, a part of it. */
async function settled(signal: AbortSignal): Promise<Look> {
  const deadline = performance.now() + halfMsMax;
  while (true) {
    signal.throwIfAborted();
    const seen = await look();
    const [answering, silent] = [Object.keys(seen.versions).length, Object.keys(seen.silent).length];
    if (answering === 0 || silent === 0 || performance.now() > deadline) return seen;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A lock that the system drops when its holder dies. */
async function lock(signal: AbortSignal): Promise<Disposable> {
  const folder = userCacheFolder();
  await Deno.mkdir(folder, { recursive: true });
  const file = await Deno.open(`${folder}/compose.lock`, { create: true, write: true });
  const deadline = performance.now() + lockMsMax;
  while (!await file.tryLock(true)) {
    if (signal.aborted || performance.now() > deadline) {
      file.close();
      signal.throwIfAborted();
      const why = `it has been bringing them up for more than ${lockMsMax / 1_000} s`;
      throw new StackError({
        what: "Cannot use the compose services",
        why: `another session: ${why}`,
        todo: "Try again.",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { [Symbol.dispose]: () => file.close() };
}

function half({ versions, silent }: Look): StackError {
  const why = Object.entries(silent).map(([service, why]) => `${service} does not answer (${why})`).join(", ");
  return new StackError({
    what: "Cannot use the compose services",
    why: `${why}, though ${Object.keys(versions).join(" and ")} ${Object.keys(versions).length > 1 ? "do" : "does"}`,
    todo: `Bring all of them up (\`${byHand}\`) or take all down, and see that nothing else listens on their ports.`,
  });
}

function othersSession(by: string): StackError {
  return new StackError({
    what: "Cannot use the compose services",
    why: `another session brought them up and will take them down at its end (process ${by})`,
    todo: `Wait for it, or next time bring them up yourself: \`${byHand}\`.`,
  });
}

function noCompose(why: string): StackError {
  return new StackError({
    what: "Cannot bring docker-compose.yml up",
    why,
    todo: "Install Docker with its plug-in compose; `--stack native` needs neither.",
  });
}
