/**
 * Backend ended: the server ends one session, as an administrator, a failover or a timeout of its own would. What its
 * transaction had done is rolled back; the instance learns of it when it next reads.
 *
 * It strikes once, when it is injected, and there is nothing to take away: healing only makes sure that the session is
 * gone for good. The sibling that ends all sessions at once is `backends_ended.ts`.
 */

import fc from "fast-check";
import type { Evidence, Fault, Target } from "../core/fault.ts";

/** Which of the sessions is ended: their process ids in order, counted from 0 and round again. */
export interface BackendEndedSeverity {
  readonly which: number;
}

const whichMax = 31;

/** How long the server waits for a session that was told to end. */
const goneMsMax = 5_000;

/** A session; the server gives a process id out again, so its start belongs to its name. */
interface Session {
  readonly pid: number;
  readonly started: string;
}

/** Ends one session of the links. */
export const backendEnded: Fault<BackendEndedSeverity> = {
  name: "backend_ended",
  story: "The server ends one session",
  service: "postgres",
  severity: fc.record({ which: fc.integer({ min: 0, max: whichMax }) }, { noNullPrototype: true }),
  async inject(target, { which }) {
    target.signal.throwIfAborted();
    const pids = [...await target.sessions()].sort((a, b) => a - b);
    const session = pids.length === 0 ? undefined : await end(target, pids[which % pids.length]!);
    return {
      evidence: () => evidenceOf(target, session),
      async [Symbol.asyncDispose]() {
        if (session && !await isGone(target, session)) {
          throw new Error(`Cannot confirm that session ${session.pid} has ended: the server still lists it`);
        }
      },
    };
  },
};

/** Ends a session and waits until it is gone; undefined if it ended by itself before. */
async function end({ sql }: Target, pid: number): Promise<Session | undefined> {
  const [ended] = await sql<Session[]>`
    with victim as materialized (select pid, backend_start::text as started from pg_stat_activity where pid = ${pid})
    select pid, started from victim where pg_terminate_backend(pid, ${goneMsMax})`;
  return ended;
}

async function isGone({ sql }: Target, { pid, started }: Session): Promise<boolean> {
  const left = await sql`select from pg_stat_activity where pid = ${pid} and backend_start::text = ${started}`;
  return left.length === 0;
}

async function evidenceOf(target: Target, session: Session | undefined): Promise<Evidence> {
  if (!session) return { confirmed: false, what: "no session was there to end" };
  const gone = await isGone(target, session);
  return { confirmed: gone, what: `session ${session.pid} ${gone ? "was ended and is gone" : "is still there"}` };
}
