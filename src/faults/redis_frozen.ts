/**
 * Redis frozen: the server stands still (SIGSTOP) and goes on when the fault heals (SIGCONT), as on a host that swaps, migrates or is out of
 * processor time. Connections can still be made, by the kernel alone; what was sent is done later, whoever still waits for it.
 *
 * Time goes on meanwhile, so leases run out that nobody could renew. The sibling for Postgres is `postgres_frozen.ts`; a server that runs,
 * but puts commands off, is `client_pause.ts`.
 */

import fc from "fast-check";
import type { Fault } from "../core/fault.ts";
import { DirectRedis } from "./direct_redis.ts";
import { answersMsMax, freezeUntilHealed, type Question } from "./freezing.ts";

/** Stops the run's own Redis, and lets it go on. */
export const redisFrozen: Fault<Record<string, never>> = {
  name: "redis_frozen",
  story: "Redis stands still, and goes on later",
  service: "redis",
  ownServer: true,
  severity: fc.constant({}),
  inject: (target) =>
    freezeUntilHealed(target, async (): Promise<Question> => {
      const direct = await DirectRedis.open(target, answersMsMax);
      return { ask: () => direct.ask("PING"), [Symbol.dispose]: () => direct[Symbol.dispose]() };
    }),
};
