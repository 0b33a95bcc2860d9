/**
 * Clients killed: the server ends all connections of the links at the same moment, as a failover does.
 *
 * It strikes once, when it is injected; those who connect again are let in. There is nothing to take away: healing only makes sure that the
 * connections are gone for good. The sibling that ends a single one is `client_killed.ts`, that for Postgres `backends_ended.ts`.
 */

import fc from "fast-check";
import type { Fault, Target } from "../core/fault.ts";
import { connectionsIn, DirectRedis, usersOf } from "./direct_redis.ts";

/** Ends all connections of the links. */
export const clientsKilled: Fault<Record<string, never>> = {
  name: "clients_killed",
  story: "The server ends all connections at the same moment",
  service: "redis",
  severity: fc.constant({}),
  async inject(target) {
    target.signal.throwIfAborted();
    const ended = await killAll(target);
    return {
      async evidence() {
        if (ended.length === 0) return { confirmed: false, what: "no connection was there to end" };
        const left = await stillThere(target, ended);
        const what = `${ended.length} connections were ended, ${left} of them are still there`;
        return { confirmed: left === 0, what };
      },
      async [Symbol.asyncDispose]() {
        const left = await stillThere(target, ended);
        if (left > 0) {
          throw new Error(`Cannot confirm that ${left} connections have ended: the server still lists them`);
        }
      },
    };
  },
};

/** Ends them in one transaction of the server, so that none is made in between. Gives their ids. */
async function killAll(target: Target): Promise<readonly number[]> {
  using direct = await DirectRedis.open(target);
  const users = usersOf(target);
  const [before] = await direct.askTogether([
    ["CLIENT", "LIST"],
    ...users.map((user) => ["CLIENT", "KILL", "USER", user] as const),
  ]);
  return connectionsIn(before, users).map(({ id }) => id);
}

async function stillThere(target: Target, ended: readonly number[]): Promise<number> {
  using direct = await DirectRedis.open(target);
  const open = (await direct.connectionsOf(usersOf(target))).map(({ id }) => id);
  return open.filter((id) => ended.includes(id)).length;
}
