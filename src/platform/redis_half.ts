/**
 * The Redis half of a lane: a direct road, and an ACL user for each instance, so that the connections of one can be told from all
 * others and may touch the session's keys alone. Its sibling is `postgres_half.ts`.
 */

import { Redis, ReplyError } from "ioredis";
import type { Server } from "../core/fault.ts";

/** Where a lane finds Redis. */
export interface RedisHalfOptions {
  /** The address of a user with all rights, direct. */
  readonly url: URL;
  /** The server, if it is this lane's own. */
  readonly server: Server | undefined;
  /** What it makes is deleted at its end: the server outlives the session. */
  readonly leavesNothing?: boolean | undefined;
  /** All keys of the session begin with this. */
  readonly keyPrefix: string;
}

/** How long the direct road waits before it connects again, in ms: a server that was killed is back within 100 ms. */
const reconnectMs = 10;

/** How many keys are looked at in one step when all of a session's are deleted. */
const scannedAtOnce = 1_000;

/** ACL users on one Redis. */
export class RedisHalf {
  readonly redis: Redis;
  readonly users: readonly string[];
  readonly #options: RedisHalfOptions;

  private constructor(options: RedisHalfOptions, users: readonly string[], redis: Redis) {
    this.#options = options;
    this.users = users;
    this.redis = redis;
  }

  /** Makes the users. Rejects if the server does not do its part. */
  static async open(options: RedisHalfOptions, name: string, instances: number): Promise<RedisHalf> {
    const redis = direct(options.url);
    const half = new RedisHalf(options, Array.from({ length: instances }, (_, i) => `${name}_${i}`), redis);
    try {
      await half.allow();
      return half;
    } catch (cause) {
      redis.disconnect();
      throw cause;
    }
  }

  /** Whether a server that is started again knows the users without being told again. */
  remembersUsers = false;

  /**
   * Makes the users, or makes them again if a server that was started again does not know them. They may do what a service may: use the keys
   * of the session, and look at the server; but neither administrate it nor empty it.
   */
  async allow(): Promise<void> {
    const { keyPrefix } = this.#options;
    const rules = [
      "+@all",
      "-@admin",
      "-flushall",
      "-flushdb",
      "-script",
      "+script|load",
      "+script|exists",
      "+config|get",
      "+role",
    ];
    await Promise.all(
      this.users.map((user) =>
        this.redis.call("ACL", "SETUSER", user, "reset", "on", `>${user}`, `~${keyPrefix}*`, "&*", ...rules)
      ),
    );
    if (this.#options.server) this.remembersUsers = await this.#saveUsers();
  }

  /** As whom and where an instance connects, but for host and port, which are those of its road. */
  upstream(instance: number): URL {
    const url = new URL(this.#options.url);
    url.username = this.users[instance]!;
    url.password = this.users[instance]!;
    return url;
  }

  /** Ids of the connections of instances. */
  async sessions(): Promise<readonly number[]> {
    const list = await this.redis.call("CLIENT", "LIST") as string;
    return list.split("\n").filter((line) => this.users.includes(/ user=(\S+)/.exec(line)?.[1] ?? ""))
      .map((line) => Number(/^id=(\d+)/.exec(line)?.[1]));
  }

  /** Ends those connections. */
  async endSessions(): Promise<void> {
    for (const user of this.users) await this.redis.call("CLIENT", "KILL", "USER", user);
  }

  /** Closes the direct road; before that, deletes users and keys if the server outlives the session. */
  async close(): Promise<void> {
    try {
      if (this.#options.leavesNothing) {
        await this.endSessions();
        await this.redis.call("ACL", "DELUSER", ...this.users);
        await this.#deleteKeys();
      }
    } finally {
      this.redis.disconnect();
    }
  }

  async #saveUsers(): Promise<boolean> {
    try {
      await this.redis.call("ACL", "SAVE");
      return true;
    } catch (error) {
      if (error instanceof ReplyError) return false; // it has no file for them
      throw error;
    }
  }

  async #deleteKeys(): Promise<void> {
    let cursor = "0";
    do {
      const [next, keys] = await this.redis.scan(
        cursor,
        "MATCH",
        `${this.#options.keyPrefix}*`,
        "COUNT",
        scannedAtOnce,
      );
      if (keys.length > 0) await this.redis.unlink(...keys);
      cursor = next;
    } while (cursor !== "0");
  }
}

/** It may send a command twice: those of the harness are repeatable. */
function direct(url: URL): Redis {
  const redis = new Redis(url.href, {
    retryStrategy: () => reconnectMs,
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    maxLoadingRetryTime: 2 * reconnectMs,
    connectionName: "nevertwice-harness",
  });
  // Each command rejects by itself; without a listener a lost connection would be written to the console.
  redis.on("error", () => {});
  return redis;
}
