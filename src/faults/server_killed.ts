/**
 * Server killed: kill -9 of Postgres and all of its processes, and a start on the same data when the fault heals. It recovers what was
 * committed; everything else is rolled back. In between, new connections are refused.
 *
 * A kill does not lose what the kernel was told to write, so this is a crash of the server and not a loss of power. The sibling for Redis is
 * `redis_killed.ts`.
 */

import fc from "fast-check";
import type { Fault, Target } from "../core/fault.ts";
import { directPostgres, letGo } from "./direct_postgres.ts";
import { killUntilHealed } from "./killing.ts";

/** How long one look at the server may take. */
const lookMsMax = 1_000;

/** Kills the run's own server, and starts it again. */
export const serverKilled: Fault<Record<string, never>> = {
  name: "server_killed",
  story: "The server is killed, and started again on the same data",
  service: "postgres",
  ownServer: true,
  severity: fc.constant({}),
  inject: (target) => killUntilHealed(target, startOf),
};

/** When the server that answers on the direct road was started; undefined if none answers. */
async function startOf(target: Target): Promise<string | undefined> {
  const client = directPostgres(target, lookMsMax);
  try {
    await client.connect();
    const { rows } = await client.query<{ start: string }>("select pg_postmaster_start_time()::text as start");
    return rows[0]?.start;
  } catch (thrown) {
    // Whatever stands in the way, no server answered: that is the question here.
    if (thrown instanceof Error) return undefined;
    throw thrown;
  } finally {
    letGo(client);
  }
}
