/**
 * Gets the two programs of the native stack: from this machine, else from our cache, else fetched into it.
 */
import { cacheFolder, fromCache } from "./cache.ts";
import { postgresProgram } from "./postgres_program.ts";
import { type Asked, find, type Installation, type Place, type Program } from "./program.ts";
import type { ServiceUser } from "./service_user.ts";
import { toxiproxyProgram } from "./toxiproxy_program.ts";

/** Both programs, ready to be started. */
export interface Programs {
  readonly postgres: Installation;
  readonly toxiproxy: Installation;
}

/** Finds or fetches both; says what was passed over and what is fetched. Throws StackError when one cannot be had. */
export async function obtainPrograms(user: ServiceUser | undefined, asked: Asked): Promise<Programs> {
  const cache = await cacheFolder(user);
  const both = [postgresProgram(user), toxiproxyProgram()].map((program) => obtain(program, cache, asked));
  // Settled, so that no installation goes on behind the back of an error.
  await Promise.allSettled(both);
  const [postgres, toxiproxy] = await Promise.all(both);
  if (!postgres || !toxiproxy) throw new Error("unreachable: two programs were asked for");
  return { postgres, toxiproxy };
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
