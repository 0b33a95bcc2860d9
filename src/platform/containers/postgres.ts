/**
 * A Postgres in a container, set as native ones are.
 */
import type { GenericContainer } from "npm:testcontainers@12.2.0";
import type { Restart } from "../../core/fault.ts";
import { askPostgres } from "../ask_postgres.ts";
import { isStartingUp } from "../native/postgres_answer.ts";
import { settingArguments } from "../native/postgres_settings.ts";
import { images } from "./images.ts";
import { ContainedServer, type ServerStart, startOnPort } from "./server.ts";

const answerMsMax = 5_000;

/** Starts a server on a new cluster; about a second. Its `url` is a superuser's, without a password. Throws StackError. */
export function startPostgres(start: ServerStart): Promise<ContainedServer> {
  return startOnPort(start, (port) => new ContainedPostgres(start, port));
}

class ContainedPostgres extends ContainedServer {
  override readonly service = "postgres";
  override readonly url: URL;
  protected override readonly title = "Postgres";
  readonly #start: ServerStart;

  constructor(start: ServerStart, port: number) {
    super(start);
    this.#start = start;
    this.url = new URL(`postgres://postgres@127.0.0.1:${port}/postgres`);
  }

  protected override container(): GenericContainer {
    const { PostgreSqlContainer } = this.#start.session.library;
    /** In a network that it shares it publishes nothing itself. */
    class Unpublished extends PostgreSqlContainer {
      constructor() {
        super(images.postgres);
        this.exposedPorts = [];
        this.createOpts.ExposedPorts = {};
        this.hostConfig.PortBindings = {};
      }
    }
    return new Unpublished().withUsername("postgres").withDatabase("postgres").withPassword("postgres")
      .withEnvironment({
        POSTGRES_HOST_AUTH_METHOD: "trust",
        POSTGRES_INITDB_ARGS: "--no-sync --encoding=UTF8 --locale=C --wal-segsize=1",
      })
      // Else it would be asked four times a second by a program started for it, which disturbs whoever measures.
      .withHealthCheck({ test: ["NONE"] as unknown as ["CMD", string] })
      .withCommand(["postgres", "-c", `config_file=${this.file}`]);
  }

  protected override configuration({ settings }: Restart): string {
    const { placement, settings: usual } = this.#start;
    const place = {
      listen_addresses: placement.bind,
      // The image fills the cluster over a socket before anybody may connect.
      unix_socket_directories: "/var/run/postgresql",
      cluster_name: this.mark,
    };
    return settingArguments(Number(this.url.port), { ...usual, ...settings, ...place })
      .filter((argument) => argument !== "-c")
      .map((argument) =>
        argument.replace(/^([^=]+)=(.*)$/s, (_, name, value) => `${name} = '${value.replaceAll("'", "''")}'`)
      )
      .join("\n");
  }

  protected override async ask({ whileLoading }: Restart): Promise<string> {
    const text = "select current_setting('server_version') as version, current_setting('cluster_name') as mark";
    try {
      const answer = await askPostgres<{ version: string; mark: string }>(this.url, { text, deadlineMs: answerMsMax });
      if (answer.mark !== this.mark) throw new Error(`port ${this.url.port} is answered by the server of another`);
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
