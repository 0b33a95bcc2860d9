/**
 * Backends ended: the server ends all sessions of the links at the same moment, as a failover does. What their
 * transactions had done is rolled back.
 *
 * It strikes once, when it is injected; those who connect again are let in. There is nothing to take away: healing only
 * makes sure that the sessions are gone for good. The sibling that ends a single session is `backend_ended.ts`.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Fault, Target } from "../core/fault.ts";

/** How long sessions that were told to end may take. */
const goneMsMax = 5_000;

const lookEveryMs = 5;

/** A session; the server gives a process id out again, so its start belongs to its name. */
interface Session {
  readonly pid: number;
  readonly started: string;
}

/** Ends all sessions of the links. */
export const backendsEnded: Fault<Record<string, never>> = {
  name: "backends_ended",
  story: "The server ends all sessions at the same moment",
  service: "postgres",
  severity: fc.constant({}),
  async inject(target) {
    target.signal.throwIfAborted();
    const pids = await target.sessions();
    const ended = pids.length === 0 ? [] : await endAll(target, pids);
    await untilGone(target, ended);
    return {
      async evidence() {
        if (ended.length === 0) return { confirmed: false, what: "no session was there to end" };
        const left = await stillThere(target, ended);
        const what = `${ended.length} sessions were ended, ${left.length} of them are still there`;
        return { confirmed: left.length === 0, what };
      },
      async [Symbol.asyncDispose]() {
        const left = await stillThere(target, ended);
        if (left.length > 0) throw new Error(`Cannot confirm that ${left.length} sessions have ended: they are listed`);
      },
    };
  },
};

/** Tells all of them to end before waiting for any: one moment, as far as the server is concerned. */
async function endAll({ sql }: Target, pids: readonly number[]): Promise<readonly Session[]> {
  return await sql<Session[]>`
    with victims as materialized (
      select pid, backend_start::text as started from pg_stat_activity where pid in ${sql([...pids])}
    )
    select pid, started from victims where pg_terminate_backend(pid)`;
}

async function untilGone(target: Target, sessions: readonly Session[]): Promise<void> {
  const deadline = performance.now() + goneMsMax;
  while (performance.now() < deadline && (await stillThere(target, sessions)).length > 0) {
    await pause(lookEveryMs, undefined, { signal: target.signal });
  }
}

async function stillThere({ sql }: Target, sessions: readonly Session[]): Promise<readonly Session[]> {
  if (sessions.length === 0) return [];
  const pids = sessions.map(({ pid }) => pid);
  const listed = await sql<Session[]>`
    select pid, backend_start::text as started from pg_stat_activity where pid in ${sql(pids)}`;
  return listed.filter((l) => sessions.some((s) => s.pid === l.pid && s.started === l.started));
}
