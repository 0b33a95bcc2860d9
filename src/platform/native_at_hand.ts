/**
 * Whether the stack `native` could start at once, with what is on this machine or in our cache. It fetches nothing.
 */
import type { Service } from "../core/place.ts";
import { cacheFolder, entryName, lookAt } from "./native/cache.ts";
import { postgresProgram } from "./native/postgres_program.ts";
import { find, type Program } from "./native/program.ts";
import { redisProgram } from "./native/redis_program.ts";
import { serviceUser } from "./native/service_user.ts";
import { reasonOf, StackError } from "./native/stack_error.ts";
import { toxiproxyProgram } from "./native/toxiproxy_program.ts";

/** Undefined if it could; else what is not at hand, as the end of a sentence. */
export async function notAtHand(services: readonly Service[]): Promise<string | undefined> {
  try {
    const user = await serviceUser();
    const cache = await cacheFolder(user);
    const programs = [
      ...(services.includes("postgres") ? [postgresProgram(user)] : []),
      ...(services.includes("redis") ? [redisProgram(user)] : []),
      toxiproxyProgram(),
    ];
    const here = await Promise.all(programs.map((program) => isHere(program, cache)));
    const absent = programs.filter((_, index) => !here[index]).map(({ name }) => name);
    return absent.length > 0
      ? `${absent.join(" and ")} ${absent.length > 1 ? "are" : "is"} not on this machine`
      : undefined;
  } catch (error) {
    if (error instanceof StackError) return reasonOf(error);
    throw error;
  }
}

async function isHere(program: Program, cache: string): Promise<boolean> {
  if ((await find(program)).found) return true;
  const entry = await lookAt(cache, entryName(program));
  return "place" in entry && (await find(program, [entry.place])).found !== undefined;
}
