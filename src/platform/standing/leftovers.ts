/**
 * What sessions have made on servers that stand by themselves, found by its names and dropped. An ordinary session drops it
 * lane by lane; this is for the others, and for a look at the end.
 */
import { type Ask, withPostgres } from "../ask_postgres.ts";
import { withRedis } from "../ask_redis.ts";
import { answerMsMax, markOf, presenceOf, sessionOf, type StandingServers } from "./servers.ts";

/** A schema may hold many tables. */
const dropMsMax = 30_000;
const keysAtOnce = "1000";
const looksApartMs = 500;

/** Marks the session at the stores. Rejects if the user there may not make what a session has to make. */
export async function leaveMark({ postgres, redis }: StandingServers, session: string): Promise<void> {
  const mark = markOf(session);
  if (postgres) await withPostgres(postgres, answerMsMax, (ask) => ask(`create role "${mark}" nologin`));
  if (redis) await withRedis(redis, answerMsMax, (call) => call("ACL", "SETUSER", mark, "reset"));
}

/** Drops all of a session, its mark last. Rejects if something cannot be dropped; it may be called again. */
export async function dropSession({ postgres, redis, toxiproxy }: StandingServers, session: string): Promise<void> {
  // First the roads: who is on them is an instance that nobody drives any more.
  await dropProxies(toxiproxy, `nevertwice-${session}-`);
  const dropping = await Promise.allSettled([
    postgres && withPostgres(postgres, dropMsMax, (ask) => dropRoles(ask, session)),
    redis && dropUsers(redis, session),
  ]);
  const failed = dropping.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}

/** Drops what dead sessions left. Gives their names. */
export async function sweep(servers: StandingServers): Promise<string[]> {
  let dead = await marked(servers);
  // Twice: the connection by which a session is known may just be made anew.
  for (let look = 0; look < 2 && dead.length > 0; look++) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, looksApartMs));
    const present = await presences(servers);
    dead = dead.filter((session) => !present.has(presenceOf(session)));
  }
  for (const session of dead) await dropSession(servers, session);
  return dead;
}

/** Sessions that have left their mark at a store. */
async function marked({ postgres, redis }: StandingServers): Promise<string[]> {
  const roles = postgres && await withPostgres(postgres, answerMsMax, (ask) => namesOf(ask, roleQuery, "nevertwice_"));
  const users = redis && await withRedis(redis, answerMsMax, (call) => call("ACL", "USERS")) as string[];
  const sessions = [...roles ?? [], ...users ?? []].map(sessionOf).filter((session) => session !== undefined);
  return [...new Set(sessions)];
}

/** By what names harnesses are connected now. */
async function presences({ postgres, redis }: StandingServers): Promise<Set<string>> {
  const names = postgres && await withPostgres(
    postgres,
    answerMsMax,
    (ask) => ask<{ name: string }>("select application_name as name from pg_stat_activity"),
  );
  const clients = redis && await withRedis(redis, answerMsMax, (call) => call("CLIENT", "LIST")) as string;
  const clientNames = clients?.matchAll(/ name=(\S*)/g).map((match) => match[1] ?? "");
  return new Set([...names?.map(({ name }) => name) ?? [], ...clientNames ?? []]);
}

const roleQuery = "select rolname as name from pg_roles where starts_with(rolname, $1)";
const schemaQuery = "select nspname as name from pg_namespace where starts_with(nspname, $1)";

async function namesOf(ask: Ask, query: string, prefix: string): Promise<string[]> {
  return (await ask<{ name: string }>(query, [prefix])).map(({ name }) => name);
}

async function dropRoles(ask: Ask, session: string): Promise<void> {
  const prefix = `nevertwice_${session}_`;
  const roles = (await namesOf(ask, roleQuery, prefix)).sort((a, b) =>
    Number(a === markOf(session)) - Number(b === markOf(session))
  );
  // Whoever made a role and is no superuser has its rights only as a member.
  for (const role of roles) await ask(`grant "${role}" to current_user`);
  await ask("select pg_terminate_backend(pid) from pg_stat_activity where usename = any ($1)", [roles]);
  for (const schema of await namesOf(ask, schemaQuery, prefix)) await ask(`drop schema if exists "${schema}" cascade`);
  for (const role of roles) {
    await ask(`drop owned by "${role}" cascade`);
    await ask(`drop role if exists "${role}"`);
  }
}

async function dropUsers(url: URL, session: string): Promise<void> {
  await withRedis(url, dropMsMax, async (call) => {
    const users = (await call("ACL", "USERS") as string[]).filter((user) => user.startsWith(`nevertwice_${session}_`));
    if (users.length === 0) return;
    for (const user of users) await call("CLIENT", "KILL", "USER", user);
    let cursor = "0";
    do {
      const [next, keys] = await call("SCAN", cursor, "MATCH", `${session}*`, "COUNT", keysAtOnce) as [
        string,
        string[],
      ];
      if (keys.length > 0) await call("UNLINK", ...keys);
      cursor = next;
    } while (cursor !== "0");
    await call("ACL", "DELUSER", ...users);
  });
}

async function dropProxies(api: URL, prefix: string): Promise<void> {
  const signal = AbortSignal.timeout(dropMsMax);
  const proxies = await (await fetch(new URL("/proxies", api), { signal })).json() as Record<string, unknown>;
  for (const name of Object.keys(proxies).filter((name) => name.startsWith(prefix))) {
    const response = await fetch(new URL(`/proxies/${name}`, api), { method: "DELETE", signal });
    await response.body?.cancel();
  }
}
