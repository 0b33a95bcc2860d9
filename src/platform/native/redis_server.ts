/**
 * A running Redis (or Valkey) of our own that can be killed, frozen and started again, on the same port, with or without
 * what it knew.
 */
import type { Restart } from "../../core/fault.ts";
import { isAbsent } from "./folders.ts";
import { type OwnedServer, OwnServer, type ServerStart, startOnFreePort } from "./own_server.ts";
import { askRedis } from "./redis_answer.ts";
import { redisArguments, usersAtFirst } from "./redis_settings.ts";

/** A Redis server that we own; its `url` is redis://127.0.0.1:PORT, with the password if its settings have one. */
export interface RedisServer extends OwnedServer {
  readonly service: "redis";
  /** Who made it, as it says itself; `version` is that maker's. */
  readonly product: "Redis" | "Valkey";
}

const ANSWER_MS_MAX = 5_000;

/** Starts a server without any data. Throws StackError. */
export function startRedis(start: ServerStart): Promise<RedisServer> {
  return startOnFreePort((port) => new OwnRedis(start, port));
}

class OwnRedis extends OwnServer implements RedisServer {
  override readonly service = "redis";
  override readonly url: URL;
  protected override readonly title = "Redis";
  product: "Redis" | "Valkey" = "Redis";
  readonly #start: ServerStart;

  constructor(start: ServerStart, port: number) {
    super(start);
    this.#start = start;
    this.url = new URL(`redis://127.0.0.1:${port}`);
    this.url.password = start.settings.requirepass ?? "";
  }

  protected override async call(data: string, { emptied, settings }: Restart) {
    if (emptied) await removeFolder(data);
    const { user } = this.#start.session;
    await makeFolder(data, user);
    const aclfile = await this.#users(`${data}.users`, user);
    const at = { port: Number(this.url.port), data };
    return { args: redisArguments(at, { aclfile, ...this.#start.settings, ...settings }) };
  }

  /**
   * The file of its users, which is none of its data: they are known again before anybody can ask, also when all else was forgotten.
   */
  async #users(folder: string, user: { uid: number; gid: number } | undefined): Promise<string> {
    const path = `${folder}/users.acl`;
    await makeFolder(folder, user);
    try {
      await Deno.writeTextFile(path, usersAtFirst(this.#start.settings), { createNew: true });
      if (user) await Deno.chown(path, user.uid, user.gid);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error; // it was started before
    }
    return path;
  }

  protected override async ask({ pid }: { pid: number }, { whileLoading }: Restart): Promise<string> {
    const answer = await askRedis(this.url, ANSWER_MS_MAX);
    if (answer.pid !== pid) throw new Error(`port ${this.url.port} is answered by the server of another`);
    if (answer.loading && !whileLoading) throw new Error("it is still loading what it knew");
    this.product = answer.product;
    return answer.version;
  }

  override portWasTaken(log: string): boolean {
    return /Failed listening on port|Could not create server TCP listening socket/.test(log);
  }
}

async function removeFolder(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** Under root the folder belongs to the user who runs the server. */
async function makeFolder(folder: string, user: { uid: number; gid: number } | undefined): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  if (user) await Deno.chown(folder, user.uid, user.gid);
}
