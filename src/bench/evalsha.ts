/**
 * What the parts on Redis are compared with: EVALSHA of the same script by npm:ioredis, as one would send it by hand. It has no
 * deadline, checks nothing that it is given, and does not know what an error means; nor does it ever send anything twice.
 */

import { Redis } from "ioredis";
import type { Script } from "../reference/redis.ts";

/** A plain client of the server that is measured on, with one connection. */
export interface Evalsha extends AsyncDisposable {
  readonly redis: Redis;
  /** Runs a script that was loaded; the words are its keys and then its arguments. */
  run(script: Script, keys: number, ...words: string[]): Promise<unknown>;
  /** Takes out all keys, so that no measurement pays for an earlier one. Scripts stay. */
  clear(): Promise<void>;
}

/** Connects, and loads the scripts. */
export async function openEvalsha(url: URL, scripts: readonly Script[]): Promise<Evalsha> {
  const redis = new Redis(url.href, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on("error", () => {}); // each call rejects with it too
  await redis.connect();
  for (const { lua } of scripts) await redis.script("LOAD", lua);
  return {
    redis,
    run: (script, keys, ...words) => redis.evalsha(script.sha1, keys, ...words),
    clear: async () => void await redis.flushall("SYNC"),
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await Promise.resolve();
    },
  };
}
