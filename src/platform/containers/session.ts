/**
 * What a session has at the engine: containers that carry its labels, one ear for their ends, and a guard that removes them
 * once the harness is gone, in whatever way.
 */
import type { GenericContainer } from "npm:testcontainers@12.2.0";
import { Guard } from "../guard.ts";
import { harnessIdentity } from "../harness_identity.ts";
import { within } from "../instances/within.ts";
import { reasonOf, StackError } from "../native/stack_error.ts";
import { Deaths, type Life } from "./deaths.ts";
import type { Engine } from "./engine.ts";
import { labelsOf, sweep } from "./removal.ts";
import type { StartedContainer, Testcontainers, WaitStrategy } from "./testcontainers.ts";

const clearingMsMax = 90_000;
const inFlightMsMax = 30_000;
const logLines = 8;

/** A container that was started, and this life of it. */
export interface Launched {
  readonly container: StartedContainer;
  readonly life: Life;
}

/** The containers of one session. */
export class ContainerSession implements AsyncDisposable {
  readonly engine: Engine;
  readonly library: Testcontainers;
  readonly labels: Readonly<Record<string, string>>;
  readonly deaths: Deaths;
  readonly #guard: Guard;
  readonly #inFlight = new Set<Promise<unknown>>();
  #ending: Promise<void> | undefined;

  private constructor(
    at: { engine: Engine; library: Testcontainers },
    labels: Readonly<Record<string, string>>,
    watching: { deaths: Deaths; guard: Guard },
  ) {
    this.engine = at.engine;
    this.library = at.library;
    this.labels = labels;
    this.deaths = watching.deaths;
    this.#guard = watching.guard;
  }

  /** Sweeps what dead sessions left; resolves once the guard watches. */
  static async open(
    at: { engine: Engine; library: Testcontainers },
    options: { session: string; say(line: string): void },
  ): Promise<ContainerSession> {
    const { engine } = at;
    const { session, say } = options;
    for (const swept of await sweep(engine)) say(`swept the containers of session ${swept}, left when it was killed`);
    const labels = labelsOf(session, await harnessIdentity());
    const guard = await Guard.start(clearing(engine, session));
    try {
      return new ContainerSession(at, labels, { deaths: await Deaths.of(engine, session), guard });
    } catch (error) {
      await guard.end();
      throw error;
    }
  }

  /** True once the end has begun: nothing can be launched any more. */
  get ended(): boolean {
    return this.#ending !== undefined;
  }

  /** Creates and starts a container; whether what is in it is ready is the caller's question. */
  async launch(made: GenericContainer): Promise<Launched> {
    if (this.ended) throw new Error("the session ends");
    const { labels } = this;
    const starting = made.withLabels({ ...labels }).withWaitStrategy(atOnce).withAutoCleanup(false).start();
    this.#inFlight.add(starting);
    try {
      const container = await starting;
      return { container, life: this.deaths.lifeOf(container.getId()) };
    } finally {
      this.#inFlight.delete(starting);
    }
  }

  /** The last lines that a container's programs have written. */
  async logTail({ container }: Launched): Promise<string> {
    try {
      const bytes = await this.engine.read(
        "GET",
        `/containers/${container.getId()}/logs?stdout=1&stderr=1&tail=${logLines}`,
      );
      return textOfFrames(bytes).trim();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return `(its log cannot be read: ${error.message})`;
    }
  }

  /** Removes every container of the session with its data; later calls wait for the first. Throws StackError. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    // One that is just being created would come up behind the back of the removal.
    await within(Promise.allSettled(this.#inFlight), inFlightMsMax);
    this.deaths[Symbol.dispose]();
    try {
      await this.#guard.end();
    } catch (cause) {
      throw new StackError({
        what: "Cannot remove the containers of the session",
        why: reasonOf(cause),
        todo: "The next start on containers tries again; or remove them by hand, with `docker rm -fv`.",
        cause,
      });
    }
  }
}

/** Deno with the right to speak to the engine, and no other. */
function clearing(engine: Engine, session: string) {
  const { protocol, pathname, host } = new URL(engine.address);
  const rights = protocol === "unix:"
    ? [`--allow-net=unix:${pathname}`, `--allow-read=${pathname}`, `--allow-write=${pathname}`]
    : [`--allow-net=${host}`];
  // Who runs is looked up on the way, and which machine this is.
  const flags = ["--no-prompt", "--quiet", "--no-lock", "--no-config", "--cached-only", "--allow-env", "--allow-sys"];
  const script = new URL("./clear_up.ts", import.meta.url).href;
  return {
    command: [Deno.execPath(), "run", ...flags, ...rights, script, engine.address, session],
    env: inherited(["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME"]),
    msMax: clearingMsMax,
  };
}

function inherited(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

const atOnce: WaitStrategy = {
  waitUntilReady: () => Promise.resolve(),
  withStartupTimeout: () => atOnce,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => 0,
};

/** The engine sends both streams in frames, each behind a head of eight bytes with its length in the last four. */
function textOfFrames(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  let text = "";
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + 8 + view.getUint32(at + 4);
    text += decoder.decode(bytes.subarray(at + 8, end), { stream: true });
    at = end;
  }
  return text;
}
