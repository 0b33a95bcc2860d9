/**
 * A running Postgres of our own that can be killed and started again, on the same port and the same data.
 */
import { isAbsent } from "./folders.ts";
import { freePort } from "./free_port.ts";
import { Launched } from "./launched.ts";
import { askPostgres } from "./postgres_answer.ts";
import { type PostgresSettings, settingArguments } from "./postgres_settings.ts";
import type { Installation } from "./program.ts";
import type { Session } from "./session.ts";
import { StackError } from "./stack_error.ts";
import { supervise } from "./supervise.ts";
import { NotReady, untilAnswers } from "./until.ts";

/** A Postgres server that we own. */
export interface PostgresServer extends AsyncDisposable {
  /** postgres://postgres@127.0.0.1:PORT/postgres, without a password. */
  readonly url: URL;
  readonly version: string;
  /** Of the postmaster; another one after a restart. */
  readonly pid: number;
  /** kill -9 of the postmaster and all its backends at one moment; resolves once they are gone. Throws StackError. */
  kill(): Promise<void>;
  /** Starts it again, killing it first if it runs; resolves once it answers. Throws StackError. */
  restart(): Promise<void>;
  alive(): boolean;
  /** Resolves with a sentence once the server ended without our asking; waiting for it keeps no process alive. */
  readonly died: Promise<string>;
}

/** What a server is started with: its name in the session, whose `data/NAME` is its data folder, already filled. */
export interface PostgresStart {
  readonly session: Session;
  readonly program: Installation;
  readonly name: string;
  readonly settings: PostgresSettings;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const ANSWER_MS_MAX = 5_000;
const PORTS_MAX = 5;

/** Starts a server on a free port, on another one if somebody was quicker. Throws StackError. */
export async function startPostgres(start: PostgresStart): Promise<PostgresServer> {
  for (let tries = 1;; tries++) {
    const server = new OwnPostgres(start, freePort());
    try {
      await server.start();
      return server;
    } catch (error) {
      const taken = error instanceof NotReady && error.died &&
        error.message.includes("could not create any TCP/IP sockets");
      if (!taken || tries === PORTS_MAX) throw server.cannot("start", error);
    }
  }
}

class OwnPostgres implements PostgresServer {
  readonly url: URL;
  readonly died: Promise<string>;
  version = "";
  readonly #start: PostgresStart;
  readonly #port: number;
  readonly #tellDeath: (sentence: string) => void;
  #launched: Launched | undefined;
  /** True from the moment at which we want it to end. */
  #unwanted = false;

  constructor(start: PostgresStart, port: number) {
    this.#start = start;
    this.#port = port;
    this.url = new URL(`postgres://postgres@127.0.0.1:${port}/postgres`);
    const { promise, resolve } = Promise.withResolvers<string>();
    this.died = promise;
    this.#tellDeath = resolve;
  }

  get pid(): number {
    return this.#launched?.pid ?? 0;
  }

  alive(): boolean {
    return this.#launched?.running ?? false;
  }

  /** One start. Throws NotReady. */
  async start(): Promise<void> {
    const { session, program, name, settings, deadlineMs, signal } = this.#start;
    const data = `${session.folder}/data/${name}`;
    const launched = new Launched(session, {
      name: `postgres-${name}`,
      command: program.path,
      args: ["-D", data, ...settingArguments(this.#port, settings)],
      ...(program.libraries && { env: { LD_LIBRARY_PATH: program.libraries } }),
    });
    launched.letGo();
    this.#launched = launched;
    this.#unwanted = false;
    const answer = await untilAnswers(launched, async () => {
      const answer = await askPostgres(this.#port, ANSWER_MS_MAX);
      if (answer.dataFolder !== data) throw new Error(`port ${this.#port} is answered by the server of another`);
      return answer;
    }, { deadlineMs, signal });
    this.version = answer.version.split(" ")[0] ?? answer.version;
    this.#mourn(launched);
  }

  async #mourn(launched: Launched): Promise<void> {
    const how = await launched.ended;
    if (this.#unwanted || this.#start.session.ended) return;
    this.#tellDeath(`Postgres "${this.#start.name}" ended by itself with ${how}: ${await launched.logTail()}`);
  }

  async kill(): Promise<void> {
    this.#unwanted = true;
    const launched = this.#launched;
    const { session, name } = this.#start;
    const ran = await supervise("kill", [session.folder, `postgres-${name}`, `${session.folder}/data/${name}`]);
    if (!ran.ok) throw this.cannot("kill", new Error(`kill -9 ${ran.how} ${ran.output}`.trim()));
    await launched?.gone();
  }

  async restart(): Promise<void> {
    await this.kill();
    const deadline = performance.now() + this.#start.deadlineMs;
    while (true) {
      try {
        return await this.start();
      } catch (error) {
        // The port may be held for a moment by somebody's outgoing connection, or the data by a backend that lingers.
        const again = error instanceof NotReady && error.died && performance.now() < deadline;
        if (!again || this.#start.session.ended) throw this.cannot("restart", error);
      }
    }
  }

  /** Ends the server at once and removes its data: a session may have hundreds of servers, of 40 MB each. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { session, name } = this.#start;
    if (session.ended) return;
    await this.kill();
    try {
      await Deno.remove(`${session.folder}/data/${name}`, { recursive: true });
    } catch (error) {
      // Disposed a second time, or the session began to end in between.
      if (!isAbsent(error) && !session.ended) throw error;
    }
  }

  /** The error for a failed action; what is not a reason of the service's own passes as it is. */
  cannot(action: string, error: unknown): unknown {
    if (this.#start.signal.aborted || !(error instanceof Error)) return error;
    return new StackError({
      what: `Cannot ${action} Postgres "${this.#start.name}" (${this.#start.program.path})`,
      why: error.message,
      todo: "See what its log says above; `deno task chaos doctor` tells what was found on this machine.",
      cause: error,
    });
  }
}
