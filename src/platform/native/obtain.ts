/**
 * Gets the programs of the native stack: from this machine, else from our cache, else fetched into it.
 */
import { cacheFolder, fromCache } from "./cache.ts";
import { postgresProgram } from "./postgres_program.ts";
import { type Asked, find, type Installation, type Place, type Program } from "./program.ts";
import { redisProgram } from "./redis_program.ts";
import type { ServiceUser } from "./service_user.ts";
import { StackError } from "./stack_error.ts";
import { toxiproxyProgram } from "./toxiproxy_program.ts";

/** The programs, ready to be started. A session runs without Redis, so that not having it is a value: the reason. */
export interface Programs {
  readonly postgres: Installation;
  readonly toxiproxy: Installation;
  readonly redis: Installation | StackError;
}

/** Finds or fetches all; says what was passed over and what is fetched. Throws StackError when a session cannot run. */
export async function obtainPrograms(user: ServiceUser | undefined, asked: Asked): Promise<Programs> {
  const cache = await cacheFolder(user);
  const get = (program: Program) => obtain(program, cache, asked);
  const all = [get(postgresProgram(user)), get(toxiproxyProgram()), orReason(get(redisProgram(user)))] as const;
  // Settled, so that no installation goes on behind the back of an error.
  await Promise.allSettled(all);
  const [postgres, toxiproxy, redis] = await Promise.all(all);
  return { postgres, toxiproxy, redis };
}

async function orReason(obtained: Promise<Installation>): Promise<Installation | StackError> {
  try {
    return await obtained;
  } catch (error) {
    if (error instanceof StackError) return error;
    throw error;
  }
}

/** One program; `places` replaces the usual places of this machine. */
export async function obtain(
  program: Program,
  cache: string,
  asked: Asked,
  places: readonly Place[] = program.places(),
): Promise<Installation> {
  const { found, passed } = await find(program, places);
  for (const { path, why } of passed) asked.say(`passed over ${path}: ${why}`);
  return found ?? await fromCache(cache, program, asked);
}
