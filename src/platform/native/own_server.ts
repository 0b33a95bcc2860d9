/**
 * A store's server of our own that keeps its port and its data: it can be killed, started again, frozen and thawed.
 *
 * Here is what does not depend on the store. A sibling of `postgres_server.ts` and `redis_server.ts` (another store) says
 * how its program is called and how it is asked whether it is there.
 */
import type { Restart, Server } from "../../core/fault.ts";
import type { Service } from "../../core/place.ts";
import { isAbsent } from "./folders.ts";
import { freePort } from "./free_port.ts";
import { type Launch, Launched } from "./launched.ts";
import type { Installation } from "./program.ts";
import type { Session } from "./session.ts";
import { StackError } from "./stack_error.ts";
import { supervise } from "./supervise.ts";
import { NotReady, untilAnswers } from "./until.ts";

/** What a server is started with. No other server of its kind has its name in the session. */
export interface ServerStart {
  readonly session: Session;
  readonly program: Installation;
  readonly name: string;
  /** By the store's own names; they win over ours. */
  readonly settings: Readonly<Record<string, string>>;
  /** How long it may take until it answers. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** What every server that we own can do. */
export interface OwnedServer extends Server, AsyncDisposable {
  /** An address of 127.0.0.1; the same after a restart. */
  readonly url: URL;
  /** As the server says it of itself: "15.18". */
  readonly version: string;
  /** Of its first process; another one after a restart. */
  readonly pid: number;
  /** kill -9 of all its processes at one moment, frozen or not; resolves once they are gone. Throws StackError. */
  kill(): Promise<void>;
  /** Starts it again, killing it first if it runs; resolves as `how` says. Throws StackError. */
  restart(how?: Restart): Promise<void>;
  /** SIGSTOP to all its processes; resolves once the system says that they are stopped. Throws StackError. */
  freeze(): Promise<void>;
  /** SIGCONT to all its processes; resolves once the system says that none is stopped. Throws StackError. */
  thaw(): Promise<void>;
  /** False from kill -9 until the next start; a frozen server is alive. */
  alive(): boolean;
  /** Resolves with a sentence once the server ended without our asking; waiting for it keeps no process alive. */
  readonly died: Promise<string>;
}

const PORTS_MAX = 5;

/** Starts a server on a free port, on another one if somebody was quicker. Throws StackError. */
export async function startOnFreePort<S extends OwnServer>(make: (port: number) => S): Promise<S> {
  for (let tries = 1;; tries++) {
    const server = make(freePort());
    try {
      await server.start();
      return server;
    } catch (error) {
      const taken = error instanceof NotReady && error.died && server.portWasTaken(error.message);
      if (!taken || tries === PORTS_MAX) throw server.cannot("start", error);
    }
  }
}

/** The folder of a server's data. */
export function dataFolder(session: Session, service: Service, name: string): string {
  return `${session.folder}/data/${service}-${name}`;
}

/** The common half of a server; the other half is its class's own. */
export abstract class OwnServer implements OwnedServer {
  abstract readonly service: Service;
  /** The store's name in sentences. */
  protected abstract readonly title: string;
  abstract readonly url: URL;
  readonly died: Promise<string>;
  version = "";
  readonly #start: ServerStart;
  readonly #tellDeath: (sentence: string) => void;
  #launched: Launched | undefined;
  /** True from the moment at which we want it to end. */
  #unwanted = false;

  constructor(start: ServerStart) {
    this.#start = start;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.died = promise;
    this.#tellDeath = resolve;
  }

  /** How the program is called for this start; may prepare the data folder. */
  protected abstract call(data: string, how: Restart): Promise<Pick<Launch, "args" | "env">>;

  /** The server's version, once it is ready as `how` says. Throws an Error while it is not, or when a stranger answers. */
  protected abstract ask(expected: { data: string; pid: number }, how: Restart): Promise<string>;

  /** Whether the server ended because somebody listens on its port, by the end of its log. */
  abstract portWasTaken(log: string): boolean;

  get pid(): number {
    return this.#launched?.pid ?? 0;
  }

  alive(): boolean {
    return this.#launched?.running ?? false;
  }

  get #record(): string {
    return `${this.service}-${this.#start.name}`;
  }

  get #data(): string {
    return dataFolder(this.#start.session, this.service, this.#start.name);
  }

  /** One start. Throws NotReady. */
  async start(how: Restart = {}): Promise<void> {
    const { session, program, deadlineMs, signal } = this.#start;
    const data = this.#data;
    const call = await this.call(data, how);
    const env = { ...call.env, ...(program.libraries && { LD_LIBRARY_PATH: program.libraries }) };
    const launched = new Launched(session, { name: this.#record, command: program.path, args: call.args, env });
    launched.letGo();
    this.#launched = launched;
    this.#unwanted = false;
    const ask = () => this.ask({ data, pid: launched.pid }, how);
    this.version = await untilAnswers(launched, ask, { deadlineMs, signal });
    this.#mourn(launched);
  }

  async #mourn(launched: Launched): Promise<void> {
    const how = await launched.ended;
    if (this.#unwanted || this.#start.session.ended) return;
    this.#tellDeath(`${this.title} "${this.#start.name}" ended by itself with ${how}: ${await launched.logTail()}`);
  }

  async kill(): Promise<void> {
    this.#unwanted = true;
    const launched = this.#launched;
    await this.#supervise("kill", this.#data);
    await launched?.gone();
  }

  freeze(): Promise<void> {
    return this.#supervise("freeze");
  }

  thaw(): Promise<void> {
    return this.#supervise("thaw");
  }

  async #supervise(verb: "kill" | "freeze" | "thaw", ...more: string[]): Promise<void> {
    const ran = await supervise(verb, [this.#start.session.folder, this.#record, ...more]);
    if (!ran.ok) throw this.cannot(verb, new Error(`the supervisor ${ran.how} ${ran.output}`.trim()));
  }

  async restart(how: Restart = {}): Promise<void> {
    await this.kill();
    const deadline = performance.now() + this.#start.deadlineMs;
    while (true) {
      try {
        return await this.start(how);
      } catch (error) {
        // The port may be held for a moment by somebody's outgoing connection, or the data by a process that lingers.
        const again = error instanceof NotReady && error.died && performance.now() < deadline;
        if (!again || this.#start.session.ended) throw this.cannot("restart", error);
      }
    }
  }

  /** Ends the server at once and removes its data: a session may have hundreds of servers, of 40 MB each. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { session } = this.#start;
    if (session.ended) return;
    await this.kill();
    try {
      await Deno.remove(this.#data, { recursive: true });
    } catch (error) {
      // Disposed a second time, or the session began to end in between.
      if (!isAbsent(error) && !session.ended) throw error;
    }
  }

  /** The error for a failed action; what is not a reason of the service's own passes as it is. */
  cannot(action: string, error: unknown): unknown {
    if (this.#start.signal.aborted || !(error instanceof Error)) return error;
    return new StackError({
      what: `Cannot ${action} ${this.title} "${this.#start.name}" (${this.#start.program.path})`,
      why: error.message,
      todo: "See what its log says above; `deno task chaos doctor` tells what was found on this machine.",
      cause: error,
    });
  }
}
