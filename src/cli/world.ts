/**
 * The real world of a session: services, instances, sink and observer, and lanes on them. Whatever was opened is closed in
 * the opposite order, whatever way the session ends.
 */

import type { Service } from "../core/place.ts";
import type { Subject } from "../core/subject.ts";
import { openLane } from "../platform/lane.ts";
import { insidePool, processPool } from "../platform/instances/pool.ts";
import { projectsOf } from "../platform/instances/project_of.ts";
import { startNative } from "../platform/native/stack.ts";
import { startObserver } from "../platform/observer.ts";
import { openSink } from "../platform/sink.ts";
import { Lanes } from "../engine/lanes.ts";
import type { Recorder } from "../engine/recorder.ts";

/** What a session runs on. */
export interface WorldOptions {
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
  try {
    const stack = open.use(await startNative({ say: options.say, signal: options.signal }));
    const pool = open.use(
      options.host === "inside" ? insidePool() : processPool({ say: options.say, readable: projectsOf(options.hosts) }),
    );
    const warm = pool.warm(options.host === "inside" ? 0 : options.lanes * options.instances);
    const sink = open.use(await openSink());
    const listeners = new Set<Recorder>();
    const { promise: died, resolve: tellDeath } = Promise.withResolvers<string>();
    let death: string | undefined;
    const mourn = async (service: { readonly died: Promise<string> }) => {
      const sentence = sentenceOnDeath(await service.died);
      if (death !== undefined) return;
      death = sentence;
      for (const recorder of listeners) recorder.add({ type: "broken", reason: sentence });
      tellDeath(sentence);
    };
    for (const service of [stack.shared, stack.toxiproxy]) void mourn(service);
    open.use(
      await startObserver({
        thresholdMs: 25,
        onStall: ({ forMs, who }) => {
          for (const recorder of listeners) recorder.add({ type: "stall", forMs, who });
        },
      }),
    );
    const session = crypto.randomUUID().replaceAll("-", "").slice(0, 8);
    const base = { session, instances: options.instances, toxiproxyUrl: stack.toxiproxy.url, instancePool: pool, sink };
    const lanes = open.use(
      new Lanes(async (kind, index) => {
        const [redis, own] = await Promise.all([
          options.services.includes("redis") ? stack.ownRedis() : undefined,
          kind === "own" ? stack.own(ownServerSettings) : undefined,
        ]);
        for (const server of [redis, own]) if (server) void mourn(server);
        return await openLane({
          ...{ ...base, index },
          postgres: own ? { url: own.url, server: own } : { url: stack.shared.url, server: undefined },
          redis: redis && { url: redis.url, server: redis },
        });
      }, { shared: options.lanes, own: options.ownLanes }),
    );
    await warm;
    const disposal = open.move();
    let runs = 0;
    return {
      lanes,
      stack: { name: stack.name, why: stack.why },
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

/** Of its log, which may be long, the last line: the others are in its folder no more. */
function sentenceOnDeath(death: string): string {
  const [what, ...log] = death.split(": ");
  const last = log.join(": ").trim().split("\n").at(-1);
  return `${what}${last ? ` (its log ends with "${last}")` : ""}; see what ended it, and start again`;
}
