/**
 * Whether the users that the addresses name may do on their servers what a session has to do there.
 */
import { withPostgres } from "../ask_postgres.ts";
import { infoOf, versionOf, withRedis } from "../ask_redis.ts";
import { innermostReason } from "../innermost_reason.ts";
import { StackError } from "../native/stack_error.ts";
import { answerMsMax, placeOf } from "../standing/servers.ts";

const postgresMin = 14;
const redisMin = 7;

/** The version of Postgres. Throws StackError if it does not answer, is too old, or the role may not make roles and schemas. */
export async function postgresRights(url: URL): Promise<string> {
  const query =
    `select current_setting('server_version') as version, current_user as role, current_database() as database,
    rolsuper or rolcreaterole as roles, has_database_privilege(current_database(), 'create') as schemas,
    pg_is_in_recovery() as standby from pg_roles where rolname = current_user`;
  type Row = { version: string; role: string; database: string; roles: boolean; schemas: boolean; standby: boolean };
  const what = `Cannot use Postgres at ${placeOf(url)}`;
  const [row] = await answered(what, () => withPostgres(url, answerMsMax, (ask) => ask<Row>(query)));
  if (!row) {
    throw new StackError({ what, why: "it did not say who we are", todo: "See that POSTGRES_URL names a role." });
  }
  const version = row.version.split(" ")[0] ?? row.version;
  if (Number.parseInt(version) < postgresMin) throw tooOld(what, version, `${postgresMin}`);
  if (row.standby) throw new StackError({ what, why: "it is a standby", todo: "Name the primary in POSTGRES_URL." });
  const lacks = [
    ...(row.roles ? [] : ["make roles (`alter role ... createrole`)"]),
    ...(row.schemas ? [] : [`make schemas in "${row.database}" (\`grant create on database\`)`]),
  ];
  if (lacks.length === 0) return version;
  const todo = "Name a superuser in POSTGRES_URL, or give this role those rights; what it makes is dropped at the end.";
  throw new StackError({ what, why: `the role "${row.role}" may not ${lacks.join(", nor ")}`, todo });
}

/** The version of Redis. Throws StackError if it does not answer, is too old or a replica, or the user may not look after users. */
export async function redisRights(url: URL): Promise<string> {
  const what = `Cannot use Redis at ${placeOf(url)}`;
  const info = await answered(what, () => withRedis(url, answerMsMax, (call) => call("INFO")));
  const version = versionOf(info);
  const compatible = Number.parseInt(infoOf(info, "redis_version") ?? "0");
  if (compatible < redisMin) throw tooOld(what, version, `${redisMin}.0`);
  if (infoOf(info, "role") !== "master") {
    throw new StackError({ what, why: "it is a replica", todo: "Name the primary in REDIS_URL." });
  }
  if (infoOf(info, "cluster_enabled") === "1") {
    const why = "it is a node of a cluster, and a road leads to one server";
    throw new StackError({ what, why, todo: "Name a server that is by itself in REDIS_URL." });
  }
  await answered(
    what,
    () => withRedis(url, answerMsMax, async (call) => [await call("ACL", "USERS"), await call("CLIENT", "LIST")]),
  );
  return version;
}

async function answered<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const todo = "See that the server runs there, and that the address has a user with all rights, and the password.";
    throw new StackError({ what, why: innermostReason(cause), todo, cause });
  }
}

function tooOld(what: string, version: string, wanted: string): StackError {
  return new StackError({ what, why: `it is ${version}`, todo: `The harness needs ${wanted} or later.` });
}
