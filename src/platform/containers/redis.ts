/**
 * A Redis in a container, set as native ones are.
 */
import type { GenericContainer } from "npm:testcontainers@12.2.0";
import type { Restart } from "../../core/fault.ts";
import { type Call, infoOf, versionOf, withRedis } from "../ask_redis.ts";
import { redisArguments, usersAtFirst } from "../native/redis_settings.ts";
import { images } from "./images.ts";
import { ContainedServer, type ServerStart, startOnPort } from "./server.ts";

const answerMsMax = 5_000;
/** In the one folder of the image that the server may write to. Its users are in none of its data: they are known again while it still loads. */
const usersFile = "/data/users.acl";

/** Starts an empty server; about a fifth of a second. Throws StackError. */
export function startRedis(start: ServerStart): Promise<ContainedServer> {
  return startOnPort(start, (port) => new ContainedRedis(start, port));
}

class ContainedRedis extends ContainedServer {
  override readonly service = "redis";
  override readonly url: URL;
  protected override readonly title = "Redis";
  readonly #start: ServerStart;
  /** How often it was emptied: what it knew before stays in files that nobody reads any more. */
  #emptied = 0;

  constructor(start: ServerStart, port: number) {
    super(start);
    this.#start = start;
    this.url = new URL(`redis://127.0.0.1:${port}`);
    this.url.password = start.settings.requirepass ?? "";
  }

  protected override container(): GenericContainer {
    const { RedisContainer } = this.#start.session.library;
    /** In a network that it shares it publishes nothing itself. */
    class Unpublished extends RedisContainer {
      constructor() {
        super(images.redis);
        this.exposedPorts = [];
        this.createOpts.ExposedPorts = {};
        this.hostConfig.PortBindings = {};
      }
    }
    return new Unpublished().withCommand(["redis-server", this.file])
      .withCopyContentToContainer([{ content: usersAtFirst(this.#start.settings), target: usersFile, mode: 0o644 }]);
  }

  protected override configuration({ emptied, settings }: Restart): string {
    const { placement, settings: usual } = this.#start;
    if (emptied) this.#emptied++;
    const place = {
      bind: placement.bind,
      "protected-mode": "no",
      // Behind published ports everybody seems to come from elsewhere.
      ...(placement.name === "published" && { "enable-debug-command": "yes" }),
      aclfile: usersFile,
      appenddirname: `known-${this.#emptied}`,
      dbfilename: `known-${this.#emptied}.rdb`,
    };
    const at = { port: Number(this.url.port), data: "/data" };
    return linesOf(redisArguments(at, { ...usual, ...settings, ...place }));
  }

  protected override async ask({ whileLoading }: Restart): Promise<string> {
    const info = (call: Call) => Promise.all([call("INFO", "server"), call("INFO", "persistence")]);
    const [server, persistence] = await withRedis(this.url, answerMsMax, info);
    if (infoOf(server, "config_file") !== this.file) {
      throw new Error(`port ${this.url.port} is answered by the server of another`);
    }
    if (infoOf(persistence, "loading") === "1" && !whileLoading) throw new Error("it is still loading what it knew");
    return versionOf(server);
  }

  override portWasTaken(log: string): boolean {
    return /Failed listening on port|Could not create server TCP listening socket/.test(log);
  }
}

/** Arguments of `redis-server` as lines of its file: a name, and its values in quotes. */
function linesOf(args: readonly string[]): string {
  return args.map((arg) => arg.startsWith("--") ? `\n${arg.slice(2)}` : ` ${JSON.stringify(arg)}`).join("").trim();
}
