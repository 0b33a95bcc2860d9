/**
 * Redis is read-only: it believes to be a replica, of an address where nobody listens, as a primary does that was demoted by a failover and
 * waits for the new one. What writes is refused with READONLY, and nothing was done; reads go on, and see what was there.
 *
 * It never had a primary to copy from, so it keeps all that it knew, and is the same primary again when the fault heals.
 */

import fc from "fast-check";
import type { Evidence, Fault, Target } from "../core/fault.ts";
import { DirectRedis } from "./direct_redis.ts";
import { onceAnswered } from "./under_way.ts";

/** Where nobody listens: a port that needs privileges, and that nothing has used for decades. */
const nobody = ["127.0.0.1", 1] as const;

/** Demotes the run's own server. */
export const redisReadOnly: Fault<Record<string, never>> = {
  name: "redis_read_only",
  story: "The server is a replica that waits for its primary, and refuses to write",
  service: "redis",
  ownServer: true,
  severity: fc.constant({}),
  async inject(target) {
    target.signal.throwIfAborted();
    if (!target.server) throw new Error("Cannot make Redis read-only: this run shares its server with others");
    const refused = await refusedSoFar(target);
    await using undo = new AsyncDisposableStack();
    undo.defer(() => promote(target));
    await demote(target);
    const watches = target.links.map((link) => link.watch());
    const cure = undo.move();
    return {
      evidence: () =>
        onceAnswered(watches, async () => evidenceOf(await refusedSoFar(target) - refused, await roleOf(target))),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** Rejects, and leaves it as it is, if the server would not answer as a replica does that is read-only and still answers. */
async function demote(target: Target): Promise<void> {
  using direct = await DirectRedis.open(target);
  for (const name of ["replica-read-only", "replica-serve-stale-data"]) {
    if (await direct.setting(name) !== "yes") throw new Error(`Cannot make Redis read-only: its ${name} is not yes`);
  }
  await direct.ask("REPLICAOF", ...nobody);
}

async function promote(target: Target): Promise<void> {
  using direct = await DirectRedis.open(target);
  await direct.ask("REPLICAOF", "NO", "ONE");
  const role = await roleOf(target);
  if (role !== "master") throw new Error(`Cannot confirm that Redis writes again: its role is ${role}`);
}

async function refusedSoFar(target: Target): Promise<number> {
  using direct = await DirectRedis.open(target);
  return await direct.errors("READONLY");
}

async function roleOf(target: Target): Promise<string | undefined> {
  using direct = await DirectRedis.open(target);
  return (await direct.info("replication")).get("role");
}

function evidenceOf(refused: number, role: string | undefined): Evidence {
  if (refused > 0) return { confirmed: true, what: `${refused} commands were answered READONLY` };
  const what = role === "slave"
    ? "no command was answered READONLY"
    : "the server was a primary, and answered nothing with READONLY";
  return { confirmed: false, what };
}
