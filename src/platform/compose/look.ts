/**
 * Whether the services of the compose file stand, and who brought them up: asked from the servers themselves, so that it
 * needs no engine's leave and no name of a project.
 */
import { withPostgres } from "../ask_postgres.ts";
import { versionOf, withRedis } from "../ask_redis.ts";
import { innermostReason } from "../innermost_reason.ts";
import { versionOfToxiproxy } from "../standing/toxiproxy_version.ts";
import { addresses } from "./addresses.ts";

/** What was seen. */
export interface Look {
  /** By service; those that answer. */
  readonly versions: Readonly<Record<string, string>>;
  /** By service: why it does not answer, as the end of a sentence. */
  readonly silent: Readonly<Record<string, string>>;
  /** Empty if people did; undefined if Postgres does not answer. */
  readonly broughtUpBy: string | undefined;
}

const answerMsMax = 5_000;

/** Asks all three once. */
export async function look(): Promise<Look> {
  let broughtUpBy: string | undefined;
  const asked = {
    postgres: withPostgres(addresses.postgres, answerMsMax, async (ask) => {
      const query = "select current_setting('server_version') as version, current_setting('cluster_name') as by";
      const [row] = await ask<{ version: string; by: string }>(query);
      broughtUpBy = row?.by;
      return row?.version.split(" ")[0] ?? "";
    }),
    redis: withRedis(addresses.redis, answerMsMax, async (call) => versionOf(await call("INFO", "server"))),
    toxiproxy: versionOfToxiproxy(addresses.toxiproxy),
  };
  const versions: Record<string, string> = {};
  const silent: Record<string, string> = {};
  await Promise.all(
    Object.entries(asked).map(([service, answer]) =>
      answer.then((version) => versions[service] = version, (error) => silent[service] = innermostReason(error))
    ),
  );
  return { versions, silent, broughtUpBy };
}
