/**
 * A store's server in a container that keeps its port and its data: it can be killed, started again, frozen and thawed.
 *
 * Here is what does not depend on the store. Its settings lie in a file in the container, so that each start can have others.
 * A sibling of `postgres.ts` and `redis.ts` says how its container is made and how it is asked whether it is there.
 */
import type { GenericContainer } from "npm:testcontainers@12.2.0";
import type { Restart } from "../../core/fault.ts";
import type { Service } from "../../core/place.ts";
import { reasonOf, StackError } from "../native/stack_error.ts";
import type { OwnServer, ServerSettings } from "../stack.ts";
import { Gone, untilAnswers } from "../until_answers.ts";
import type { Placement } from "./placement.ts";
import type { ContainerSession, Launched } from "./session.ts";

/** What a server is started with. */
export interface ServerStart {
  readonly session: ContainerSession;
  readonly placement: Placement;
  /** For sentences: "shared", "own-3". */
  readonly name: string;
  readonly settings: ServerSettings;
  readonly signal: AbortSignal;
}

const startMsMax = 60_000;
const killedMsMax = 20_000;
const portsMax = 5;

/** Starts a server on a port of its placement, on another one if somebody was quicker. Throws StackError. */
export async function startOnPort<S extends ContainedServer>(
  { placement }: ServerStart,
  make: (port: number) => S,
): Promise<S> {
  for (let tries = 1;; tries++) {
    const port = await placement.takePort();
    const server = make(port);
    try {
      await server.start();
      return server;
    } catch (error) {
      const taken = error instanceof Gone && server.portWasTaken(error.message);
      await server[Symbol.asyncDispose]();
      if (!taken || tries === portsMax) throw server.cannot("start", error);
    }
  }
}

/** The common half of a server; the other half is its class's own. */
export abstract class ContainedServer implements OwnServer {
  abstract readonly service: Service;
  /** The store's name in sentences. */
  protected abstract readonly title: string;
  abstract readonly url: URL;
  readonly died: Promise<string>;
  version = "";
  /** No other server has it: an answer that carries it is ours. */
  protected readonly mark = `nevertwice-${crypto.randomUUID()}`;
  protected readonly file = `/nevertwice/${this.mark}.conf`;
  readonly #start: ServerStart;
  readonly #tellDeath: (sentence: string) => void;
  #launched: Launched | undefined;
  #disposal: Promise<void> | undefined;
  /** True from the moment at which we want it to end. */
  #unwanted = false;

  constructor(start: ServerStart) {
    this.#start = start;
    ({ promise: this.died, resolve: this.#tellDeath } = Promise.withResolvers<string>());
  }

  /** The container, whose server reads `file`; its place, labels and that file are seen to. */
  protected abstract container(): GenericContainer;

  /** What stands in `file` for this start. */
  protected abstract configuration(how: Restart): string;

  /** The server's version, once it is ready as `how` says. Throws an Error while it is not, or when a stranger answers. */
  protected abstract ask(how: Restart): Promise<string>;

  /** Whether the server ended because somebody listens on its port, by the end of its log. */
  abstract portWasTaken(log: string): boolean;

  /** The first start. Throws an Error. */
  async start(): Promise<void> {
    const { session, placement } = this.#start;
    const container = this.container().withNetworkMode(placement.networkMode)
      .withCopyContentToContainer([{ content: this.configuration({}), target: this.file, mode: 0o644 }]);
    this.#launched = await session.launch(container);
    await this.#ready({});
  }

  /** kill -9 of all that runs in it, frozen or not; resolves once it is gone. Throws StackError. */
  async kill(): Promise<void> {
    this.#unwanted = true;
    if (this.#launched?.life.end !== undefined) return;
    await this.#tell("kill", "/kill?signal=KILL");
    await this.#tell("kill", "/wait?condition=not-running", killedMsMax);
  }

  async restart(how: Restart = {}): Promise<void> {
    await this.kill();
    const { container } = this.#running;
    try {
      await container.copyContentToContainer([{ content: this.configuration(how), target: this.file, mode: 0o644 }]);
      const life = this.#start.session.deaths.lifeOf(container.getId(), true);
      this.#launched = { container, life };
      await this.#start.session.engine.ask("POST", `/containers/${container.getId()}/start`, {
        deadlineMs: startMsMax,
      });
      this.#unwanted = false;
      await this.#ready(how);
    } catch (error) {
      throw this.cannot("restart", error);
    }
  }

  freeze(): Promise<void> {
    return this.#tell("freeze", "/pause");
  }

  thaw(): Promise<void> {
    return this.#tell("thaw", "/unpause");
  }

  /** Removes it with its data. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#remove();
    return this.#disposal;
  }

  /** The error for a failed action; what is not a reason of the service's own passes as it is. */
  cannot(action: string, error: unknown): unknown {
    if (this.#start.signal.aborted || error instanceof StackError) return error;
    return new StackError({
      what: `Cannot ${action} ${this.title} "${this.#start.name}" in a container`,
      why: reasonOf(error),
      todo: "See what its log says above; `deno task chaos doctor` tells what the engine has.",
      cause: error,
    });
  }

  get #running(): Launched {
    if (!this.#launched) throw new Error(`${this.title} "${this.#start.name}" was not started`);
    return this.#launched;
  }

  async #remove(): Promise<void> {
    const { session, placement } = this.#start;
    this.#unwanted = true;
    if (this.#launched && !session.ended) {
      await session.engine.ask("DELETE", `/containers/${this.#launched.container.getId()}?force=1&v=1`, {
        deadlineMs: killedMsMax,
      });
    }
    placement.giveBack(Number(this.url.port));
  }

  /** Waits until it answers, and from then on for its death. */
  async #ready(how: Restart): Promise<void> {
    const { session, signal } = this.#start;
    const launched = this.#running;
    try {
      const gone = () => launched.life.end;
      this.version = await untilAnswers(() => this.ask(how), { deadlineMs: startMsMax, signal, gone });
    } catch (error) {
      if (!(error instanceof Error) || signal.aborted) throw error;
      const told = `${error.message}: ${await session.logTail(launched)}`;
      throw error instanceof Gone ? new Gone(told, { cause: error }) : new Error(told, { cause: error });
    }
    void this.#mourn(launched);
  }

  async #mourn(launched: Launched): Promise<void> {
    const how = await launched.life.ended;
    const { session, name } = this.#start;
    if (this.#unwanted || session.ended) return;
    this.#tellDeath(`${this.title} "${name}" ended by itself with ${how}: ${await session.logTail(launched)}`);
  }

  async #tell(action: string, path: string, deadlineMs?: number): Promise<void> {
    const { engine } = this.#start.session;
    try {
      const id = this.#running.container.getId();
      await engine.ask("POST", `/containers/${id}${path}`, deadlineMs === undefined ? {} : { deadlineMs });
    } catch (error) {
      throw this.cannot(action, error);
    }
  }
}
