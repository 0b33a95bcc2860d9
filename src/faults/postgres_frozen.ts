/**
 * Postgres frozen: the server and all of its processes stand still (SIGSTOP) and go on when the fault heals (SIGCONT), as on a host that swaps,
 * migrates or is out of processor time. Connections can still be made, by the kernel alone; what was sent is done later, whoever
 * still waits for it, and locks are held all the time.
 *
 * The sibling for Redis is `redis_frozen.ts`.
 */

import fc from "fast-check";
import type { Fault } from "../core/fault.ts";
import { directPostgres, letGo } from "./direct_postgres.ts";
import { answersMsMax, freezeUntilHealed, type Question } from "./freezing.ts";

/** Stops the run's own Postgres, and lets it go on. */
export const postgresFrozen: Fault<Record<string, never>> = {
  name: "postgres_frozen",
  story: "Postgres stands still, and goes on later",
  service: "postgres",
  ownServer: true,
  severity: fc.constant({}),
  inject: (target) =>
    freezeUntilHealed(target, async (): Promise<Question> => {
      const client = directPostgres(target, answersMsMax);
      try {
        await client.connect();
      } catch (cause) {
        letGo(client);
        throw new Error("Cannot freeze Postgres: a direct connection failed", { cause });
      }
      return { ask: () => client.query("select 1"), [Symbol.dispose]: () => letGo(client) };
    }),
};
