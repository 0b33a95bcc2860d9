/**
 * A direct connection to Redis for the time of one fault. What is asked over it is sent once, and comes to an end in time although the
 * server may be gone or stand still; the lane's own connection waits until it is back. Not a fault, but what those of Redis look through.
 */

import type { Redis } from "ioredis";
import type { Target } from "../core/fault.ts";

/** How long an answer may take, in ms, unless told. */
const answerMsMax = 2_000;

/** A connection as `CLIENT LIST` has it. */
export interface RedisConnection {
  /** Never given again while the server runs. */
  readonly id: number;
  readonly user: string;
  /** One letter for each; `b`: it waits in a command. */
  readonly flags: string;
  /** The last command, in lower case: `set`, `client|list`. */
  readonly command: string;
}

/** One direct connection. */
export class DirectRedis implements Disposable {
  readonly #redis: Redis;

  private constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Connects. Rejects if the server does not let it in within `answerMs`, which is also the time for each answer. */
  static async open({ redis }: Pick<Target, "redis">, answerMs = answerMsMax): Promise<DirectRedis> {
    const own = redis.duplicate({
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      commandTimeout: answerMs,
    });
    let why: Error | undefined;
    own.on("error", (error) => why = error);
    const timer = setTimeout(() => own.disconnect(), answerMs);
    try {
      await own.connect();
      return new DirectRedis(own);
    } catch (cause) {
      own.disconnect();
      throw new Error(`Cannot ask Redis: ${why?.message ?? `not let in within ${answerMs} ms`}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks one thing. Rejects with the server's error, when the connection is lost, and when no answer comes in time. */
  ask(command: string, ...words: readonly (string | number)[]): Promise<unknown> {
    return this.#redis.call(command, ...words);
  }

  /** Asks several things at one moment, as far as the server is concerned. Rejects with the first error. */
  async askTogether(commands: readonly (readonly [string, ...(string | number)[]])[]): Promise<readonly unknown[]> {
    const answers = await this.#redis.multi(commands.map((command) => ["call", ...command])).exec() ?? [];
    for (const [error] of answers) if (error) throw error;
    return answers.map(([, answer]) => answer);
  }

  /** A section of INFO, by the names of its fields. */
  async info(section: string): Promise<ReadonlyMap<string, string>> {
    return fieldsOf(await this.ask("INFO", section));
  }

  /** One setting; undefined if the server does not have it. */
  async setting(name: string): Promise<string | undefined> {
    const pairs = await this.#redis.config("GET", name);
    return Array.isArray(pairs) ? pairs[1] : Object(pairs)[name];
  }

  /** How many commands have been answered with an error of this code since the server was started. */
  async errors(code: string): Promise<number> {
    const count = (await this.info("errorstats")).get(`errorstat_${code}`);
    return Number(count?.split("=")[1] ?? 0);
  }

  /** All connections that these users have. */
  async connectionsOf(users: readonly string[]): Promise<readonly RedisConnection[]> {
    return connectionsIn(await this.ask("CLIENT", "LIST"), users);
  }

  [Symbol.dispose](): void {
    this.#redis.disconnect();
  }
}

/** Which start of the server it is that answers: its run id. Undefined if none answers, or one that is still loading. */
export async function startOfRedis(target: Pick<Target, "redis">): Promise<string | undefined> {
  try {
    using direct = await DirectRedis.open(target);
    const loading = (await direct.info("persistence")).get("loading");
    return loading === "0" ? (await direct.info("server")).get("run_id") : undefined;
  } catch (thrown) {
    // Whatever stands in the way, no server answered: that is the question here.
    if (thrown instanceof Error) return undefined;
    throw thrown;
  }
}

/** The fields of an answer to INFO. */
export function fieldsOf(info: unknown): ReadonlyMap<string, string> {
  const lines = String(info).split("\r\n").filter((line) => line.includes(":"));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

/** The connections of these users in an answer to CLIENT LIST. */
export function connectionsIn(list: unknown, users: readonly string[]): readonly RedisConnection[] {
  return String(list).split("\n").filter((line) => line !== "").map((line) => {
    const field = (name: string) => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? "";
    return { id: Number(field("id")), user: field("user"), flags: field("flags"), command: field("cmd") };
  }).filter(({ user }) => users.includes(user));
}

/** The names by which the server knows the connections of these links. */
export function usersOf({ links }: Pick<Target, "links">): readonly string[] {
  return links.map(({ user }) => user);
}
