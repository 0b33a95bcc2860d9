/**
 * The handler in a transaction of its own, without the good one's claim: what the twins have in common that let a handler
 * run apart from its claim. It is the good one's transaction in all else: its connections, deadline, and commit.
 */

import type { Deadline } from "../dedupe/deadline.ts";
import { report } from "../dedupe/log.ts";
import type { Session } from "../dedupe/session.ts";
import { begin, commit, type Tx, work } from "../dedupe/transaction.ts";
import type { Verdict } from "../dedupe/verdict.ts";
import type { Delivered, Parts } from "./twin.ts";

/** Decides in a way of the twin's own, in the open transaction: undefined lets the handler run. */
export type OwnClaim = (session: Session, deadline: Deadline) => Promise<Verdict<never> | undefined>;

/** Begins, claims as the twin does (by default not at all), runs the handler, and commits. Throws as the good one. */
export async function withoutClaim<T>(
  { sessions, settings }: Parts,
  { handler, deadline }: Delivered<Tx, T>,
  ownClaim: OwnClaim = () => Promise.resolve(undefined),
): Promise<Verdict<T>> {
  const session = await sessions.take(deadline);
  try {
    await begin(session, deadline);
    const known = await ownClaim(session, deadline);
    if (known !== undefined) return known;
    const { value, swallowed } = await work(session, deadline, handler);
    await commit(session, deadline, swallowed);
    return { verdict: "first", value };
  } finally {
    await rolledBack(session, deadline).catch((error) => report(settings.log, "warn", "rollback_failed", { error }));
    if (session.waiting) sessions.discardHung(session);
    else sessions.give(session);
  }
}

async function rolledBack(session: Session, deadline: Deadline): Promise<void> {
  const open = session.loss === undefined && session.transaction !== "I";
  if (open && deadline.remainingMs > 0) await deadline.race(session.query("rollback"));
}
