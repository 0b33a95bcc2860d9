/**
 * What every flawed twin of the limiter is made of: the good one, opened as it is, with its one step answered otherwise. A sibling,
 * `twin.ts`, does the same for the dedupe. Nobody should copy from this folder: each file is here to be caught.
 */

import { allowScript, type Limiter, type LimiterOptions } from "../limiter/mod.ts";
import { type Settings, settingsOf } from "../limiter/options.ts";
import { openRedis, type Redis } from "../redis.ts";

/** Opens a twin as `openLimiter` opens the good one. Throws what that throws. */
export async function openLimiterTwin(
  options: LimiterOptions,
  Twin: new (redis: Redis, settings: Settings) => Limiter,
): Promise<Limiter> {
  const settings = settingsOf(options);
  const { url, tls, log } = options;
  return new Twin(await openRedis({ url, tls, log, deadlineMs: settings.deadlineMs }, [allowScript]), settings);
}
