/**
 * Questions to a Redis by its address, over a connection of their own that never comes again by itself.
 */
import { Redis } from "ioredis";
import { within } from "./instances/within.ts";

/** Sends one command: its reply. */
export type Call = (name: string, ...args: readonly string[]) => Promise<unknown>;

/** Connects, lets `work` ask, disconnects. Throws what the connection threw; each step has `deadlineMs`. */
export async function withRedis<T>(url: URL, deadlineMs: number, work: (call: Call) => Promise<T>): Promise<T> {
  const redis = new Redis(url.href, {
    lazyConnect: true,
    connectTimeout: deadlineMs,
    commandTimeout: deadlineMs,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    connectionName: "nevertwice-harness",
  });
  let lost: Error | undefined;
  // What a command rejects with says less than the event that went before it.
  redis.on("error", (error) => lost ??= error);
  try {
    // Behind a server that is frozen it would wait for more than this.
    const connected = await within(redis.connect().then(() => true), deadlineMs);
    if (!connected) throw new Error(`it did not answer within ${deadlineMs} ms`);
    return await work((name, ...args) => redis.call(name, ...args));
  } catch (error) {
    throw lost ?? error;
  } finally {
    redis.disconnect();
  }
}

/** A field of what INFO says. */
export function infoOf(info: unknown, field: string): string | undefined {
  return new RegExp(`^${field}:(.*?)\\r?$`, "m").exec(String(info))?.[1];
}

/** "7.0.15"; "8.0.1 (Valkey)" where that stands for it. */
export function versionOf(info: unknown): string {
  const valkey = infoOf(info, "valkey_version");
  return valkey ? `${valkey} (Valkey)` : infoOf(info, "redis_version") ?? "unknown";
}
