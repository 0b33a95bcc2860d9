/**
 * Clients of npm:ioredis for tests of roads: they never send anything twice, and give up as soon as their connection does.
 */

import { Redis, type RedisOptions } from "ioredis";

/** A client that is closed at the end of its block. */
export type TestRedis = Redis & AsyncDisposable;

/** What the client says while it connects. */
type Said = Pick<RedisOptions, "disableClientInfo" | "enableReadyCheck"> & { readonly protocol?: 2 | 3 };

/** Connects; rejects if that fails. It says nothing but HELLO while it connects, in RESP 2 nothing at all. */
export async function redisClient(url: URL, options: Said = {}): Promise<TestRedis> {
  const client = new Redis(Number(url.port || 6379), url.hostname, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    ...options,
  });
  client.on("error", () => {}); // each call rejects with it too
  await client.connect();
  return Object.assign(client, {
    [Symbol.asyncDispose]() {
      client.disconnect();
      return Promise.resolve();
    },
  });
}

/** Breaks the connection off as a process that dies does, or with a reset. */
export function breakOff(client: Redis, how: "end" | "reset"): void {
  const { stream } = client as unknown as { stream: import("node:net").Socket };
  if (how === "end") stream.destroy();
  else stream.resetAndDestroy();
}
