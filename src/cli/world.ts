/**
 * The real world of a session: services, instances, sink and observer, and lanes on them. Whatever was opened is closed in
 * the opposite order, whatever way the session ends.
 */

import type { Service } from "../core/place.ts";
import type { NamedScenario } from "../core/scenario.ts";
import type { Subject } from "../core/subject.ts";
import { type LaneOptions, openLane } from "../platform/lane.ts";
import { insidePool, processPool } from "../platform/instances/pool.ts";
import { projectsOf } from "../platform/instances/project_of.ts";
import { openStack } from "../platform/open_stack.ts";
import type { OwnServer, SharedServer, Stack, StackChoice } from "../platform/stack.ts";
import { startObserver } from "../platform/observer.ts";
import { Processors } from "../platform/processors.ts";
import { openSink } from "../platform/sink.ts";
import { Lanes } from "../engine/lanes.ts";
import { listedFaults } from "../engine/tally.ts";
import type { Recorder } from "../engine/recorder.ts";

/** What a session runs on. */
export interface WorldOptions {
  readonly stack: StackChoice;
  readonly host: "process" | "inside";
  readonly lanes: number;
  readonly ownLanes: number;
  readonly instances: number;
  readonly signal: AbortSignal;
  /** The stores that the chosen scenarios need. */
  readonly services: readonly Service[];
  /** Where the subjects are found. */
  readonly hosts: readonly Subject["host"][];
  say(line: string): void;
}

/** The open world. */
export interface OpenWorld extends AsyncDisposable {
  readonly lanes: Lanes;
  readonly stack: { readonly name: string; readonly why: string };
  /** Why this stack cannot disturb a scenario as it asks, or cannot run it at all; undefined if it can. */
  whyNot(named: NamedScenario): string | undefined;
  readonly versions: Readonly<Record<string, string>>;
  newPrefix(): string;
  /** The recorder of a run hears of stalls, and of the end of a service: such a run says nothing about its subject. */
  listen(recorder: Recorder): () => void;
  /** Resolves with a sentence once a service ended without our asking. */
  readonly died: Promise<string>;
}

/** Connections that a server of one lane's own admits: few, so that using them up is quick. */
const ownServerSettings = { max_connections: "24" };

/** Opens the world. Rejects with a StackError that says what to do, and leaves nothing behind. */
export async function openWorld(options: WorldOptions): Promise<OpenWorld> {
  const open = new AsyncDisposableStack();
  const { say, signal, services, instances } = options;
  const session = crypto.randomUUID().replaceAll("-", "").slice(0, 8);
  const wanted = options.lanes + options.ownLanes;
  try {
    const stack = open.use(
      await openStack(options.stack, { session, lanes: wanted, instances, services, say, signal }),
    );
    const max = lanesOf(stack, options);
    const always = Math.min(max.shared, 2 * navigator.hardwareConcurrency);
    const pool = open.use(
      options.host === "inside" ? insidePool() : processPool({ say, readable: projectsOf(options.hosts) }),
    );
    const warm = pool.warm(options.host === "inside" ? 0 : always * instances);
    const sink = open.use(await openSink());
    const listeners = new Set<Recorder>();
    const { promise: died, resolve: tellDeath } = Promise.withResolvers<string>();
    let death: string | undefined;
    const mourn = async (ended: Promise<string>) => {
      const sentence = sentenceOnDeath(await ended);
      if (death !== undefined) return;
      death = sentence;
      for (const recorder of listeners) recorder.add({ type: "broken", reason: sentence });
      tellDeath(sentence);
    };
    for (const service of stack.died) void mourn(service);
    const room = new Room();
    open.use(
      await startObserver({
        thresholdMs: 25,
        onStall: ({ forMs, who }) => {
          room.stalled();
          for (const recorder of listeners) recorder.add({ type: "stall", forMs, who });
        },
      }),
    );
    const base = { session, instances, instancePool: pool, sink, toxiproxyUrl: stack.toxiproxy.url };
    const lanes = open.use(
      new Lanes(async (kind, index) => {
        const stores = await storesOf(stack, services, kind, mourn);
        return await openLane({ ...base, index, ...stores, proxyPorts: stack.toxiproxy.ports });
      }, { ...max, always, room: () => room.isThere }),
    );
    await warm;
    const disposal = open.move();
    let runs = 0;
    return {
      lanes,
      stack: { name: stack.name, why: stack.why },
      whyNot: (named) => whyNot(stack, named),
      versions: { ...stack.versions, deno: Deno.version.deno },
      newPrefix: () => `${session}${(++runs).toString(36)}`,
      listen: (recorder) => {
        listeners.add(recorder);
        if (death !== undefined) recorder.add({ type: "broken", reason: death });
        return () => listeners.delete(recorder);
      },
      died,
      [Symbol.asyncDispose]: () => disposal.disposeAsync(),
    };
  } catch (cause) {
    await open.disposeAsync();
    throw cause;
  }
}

/** Whether one more run may begin beside a few others: processors are left over, and nobody of ours was held up lately. */
class Room {
  readonly #processors = new Processors();
  #stalledAtMs = -Infinity;

  stalled(): void {
    this.#stalledAtMs = performance.now();
  }

  get isThere(): boolean {
    return this.#processors.idleShare() > idleMin && performance.now() - this.#stalledAtMs > calmMs;
  }
}

const idleMin = 0.1;
const calmMs = 200;

/** How many lanes of each kind the stack has room for: one of each at least. */
function lanesOf(stack: Stack, { lanes, ownLanes }: WorldOptions): { shared: number; own: number } {
  const own = stack.own.postgres ? Math.min(ownLanes, Math.max(1, stack.lanesMax - 1)) : 0;
  return { shared: Math.max(1, Math.min(lanes, stack.lanesMax - own)), own };
}

type Stores = Pick<LaneOptions, "postgres" | "redis">;

/** The stores of one lane: its own where faults may strike them, else those of all. */
async function storesOf(
  { own, shared }: Stack,
  services: readonly Service[],
  kind: "shared" | "own",
  mourn: (died: Promise<string>) => Promise<void>,
): Promise<Stores> {
  const used = services.includes("redis");
  const [redis, postgres] = await Promise.all([
    used ? own.redis?.() : undefined,
    kind === "own" ? own.postgres?.(ownServerSettings) : undefined,
  ]);
  for (const server of [redis, postgres]) if (server) void mourn(server.died);
  return {
    postgres: postgres ? ofItsOwn(postgres) : shared.postgres && ofAll(shared.postgres),
    redis: redis ? ofItsOwn(redis) : used && shared.redis ? ofAll(shared.redis) : undefined,
  };
}

function ofItsOwn(server: OwnServer) {
  return { url: server.url, server, upstream: undefined };
}

function ofAll({ url, upstream, outlives }: SharedServer) {
  return { url, server: undefined, upstream, leavesNothing: outlives };
}

/** Words for the stores. */
const titles: Readonly<Record<Service, string>> = { postgres: "Postgres", redis: "Redis" };

function whyNot(stack: Stack, named: NamedScenario): string | undefined {
  const { needs } = named.scenario.subject as Subject;
  for (const service of needs) {
    if (!stack.shared[service] && !stack.own[service]) {
      return `${titles[service]} cannot be had: ${stack.missing[service] ?? `the stack ${stack.name} has none`}`;
    }
  }
  for (const fault of listedFaults(named)) {
    const service = fault.service ?? "postgres";
    if (fault.ownServer && !stack.own[service]) {
      return `${fault.name} strikes a server itself, and the ${titles[service]} of the stack ${stack.name} is not ours`;
    }
  }
  return undefined;
}

/** Of its log, which may be long, the last line: the others are in its folder no more. */
function sentenceOnDeath(death: string): string {
  const [what, ...log] = death.split(": ");
  const last = log.join(": ").trim().split("\n").at(-1);
  return `${what}${last ? ` (its log ends with "${last}")` : ""}; see what ended it, and start again`;
}
