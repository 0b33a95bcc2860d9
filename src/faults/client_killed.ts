/**
 * Client killed: the server ends one connection, as an administrator, a failover or its own limits would (`CLIENT KILL`). What it had
 * begun to execute is done, what still waited is not; the instance learns of it when it next reads.
 *
 * It strikes once, when it is injected, and there is nothing to take away: healing only makes sure that the connection is gone for good.
 * The sibling that ends all connections at once is `clients_killed.ts`, that for Postgres `backend_ended.ts`.
 */

import fc from "fast-check";
import type { Evidence, Fault, Target } from "../core/fault.ts";
import { DirectRedis, usersOf } from "./direct_redis.ts";

/** Which of the connections is ended: in the order in which they were made, counted from 0 and round again. */
export interface ClientKilledSeverity {
  readonly which: number;
}

const whichMax = 31;

/** Ends one connection of the links. */
export const clientKilled: Fault<ClientKilledSeverity> = {
  name: "client_killed",
  story: "The server ends one connection",
  service: "redis",
  severity: fc.record({ which: fc.integer({ min: 0, max: whichMax }) }, { noNullPrototype: true }),
  async inject(target, { which }) {
    target.signal.throwIfAborted();
    const id = await kill(target, which);
    return {
      evidence: () => evidenceOf(target, id),
      async [Symbol.asyncDispose]() {
        if (id !== undefined && !await isGone(target, id)) {
          throw new Error(`Cannot confirm that connection ${id} has ended: the server still lists it`);
        }
      },
    };
  },
};

/** Ends a connection; undefined if there was none, or it ended by itself before. */
async function kill(target: Target, which: number): Promise<number | undefined> {
  using direct = await DirectRedis.open(target);
  const ids = (await direct.connectionsOf(usersOf(target))).map(({ id }) => id).sort((a, b) => a - b);
  if (ids.length === 0) return undefined;
  const id = ids[which % ids.length]!;
  return await direct.ask("CLIENT", "KILL", "ID", id) === 1 ? id : undefined;
}

async function isGone(target: Target, id: number): Promise<boolean> {
  using direct = await DirectRedis.open(target);
  return !(await direct.connectionsOf(usersOf(target))).some((connection) => connection.id === id);
}

async function evidenceOf(target: Target, id: number | undefined): Promise<Evidence> {
  if (id === undefined) return { confirmed: false, what: "no connection was there to end" };
  const gone = await isGone(target, id);
  return { confirmed: gone, what: `connection ${id} ${gone ? "was ended and is gone" : "is still there"}` };
}
