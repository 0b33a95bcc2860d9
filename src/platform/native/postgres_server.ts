/**
 * A running Postgres of our own that can be killed and started again, on the same port and the same data.
 */
import type { Restart } from "../../core/fault.ts";
import { type OwnedServer, OwnServer, type ServerStart, startOnFreePort } from "./own_server.ts";
import { askPostgres, isStartingUp } from "./postgres_answer.ts";
import { settingArguments } from "./postgres_settings.ts";

/**
 * A Postgres server that we own; its `url` is postgres://postgres@127.0.0.1:PORT/postgres, without a password. It cannot be
 * restarted `emptied`: that throws.
 */
export interface PostgresServer extends OwnedServer {
  readonly service: "postgres";
}

const ANSWER_MS_MAX = 5_000;

/** Starts a server on its data folder, which is filled already. Throws StackError. */
export function startPostgres(start: ServerStart): Promise<PostgresServer> {
  return startOnFreePort((port) => new OwnPostgres(start, port));
}

class OwnPostgres extends OwnServer implements PostgresServer {
  override readonly service = "postgres";
  override readonly url: URL;
  protected override readonly title = "Postgres";
  readonly #port: number;
  readonly #settings: ServerStart["settings"];

  constructor(start: ServerStart, port: number) {
    super(start);
    this.#port = port;
    this.#settings = start.settings;
    this.url = new URL(`postgres://postgres@127.0.0.1:${port}/postgres`);
  }

  protected override call(data: string, { settings }: Restart) {
    return Promise.resolve({ args: ["-D", data, ...settingArguments(this.#port, { ...this.#settings, ...settings })] });
  }

  protected override async ask({ data }: { data: string }, { whileLoading }: Restart): Promise<string> {
    try {
      const answer = await askPostgres(this.#port, ANSWER_MS_MAX);
      if (answer.dataFolder !== data) throw new Error(`port ${this.#port} is answered by the server of another`);
      return answer.version.split(" ")[0] ?? answer.version;
    } catch (error) {
      if (whileLoading && isStartingUp(error)) return this.version;
      throw error;
    }
  }

  override restart(how: Restart = {}): Promise<void> {
    if (how.emptied) return Promise.reject(this.cannot("empty", new Error("Postgres forgets nothing at a restart")));
    return super.restart(how);
  }

  override portWasTaken(log: string): boolean {
    return log.includes("could not create any TCP/IP sockets");
  }
}
