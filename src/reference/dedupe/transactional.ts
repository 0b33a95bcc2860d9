/**
 * Transactional mode: claim and effect in one transaction. The claim's lock is held until the end, so a second delivery
 * either waits for the verdict of the first or is told "busy"; it can never see half of it.
 */

import type { Deadline } from "./deadline.ts";
import type { KeyedEvent } from "./event.ts";
import { report } from "./log.ts";
import { type LookedAt, verdictOf } from "./look.ts";
import type { Settings } from "./options.ts";
import { refusalOf } from "./refusal.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { claimSql, lookSql } from "./sql.ts";
import { textArray } from "./text_array.ts";
import { ask, begin, commit, type Tx, work } from "./transaction.ts";
import type { Verdict } from "./verdict.ts";

/** Runs the handler in the transaction that claims the event. See `Dedupe.transactional`. */
export async function inOneTransaction<T>(
  sessions: Sessions,
  settings: Settings,
  event: KeyedEvent,
  handler: (tx: Tx) => Promise<T> | T,
  deadline: Deadline,
): Promise<Verdict<T>> {
  const session = await sessions.take(deadline);
  try {
    await begin(session, deadline);
    const known = await claim(session, settings, event, deadline);
    if (known !== undefined) return known;
    const { value, swallowed } = await work(session, deadline, handler);
    await commit(session, deadline, swallowed);
    return { verdict: "first", value };
  } finally {
    await giveBack(sessions, session, deadline, settings);
  }
}

/** Undefined if the event is ours now. */
async function claim(
  session: Session,
  settings: Settings,
  event: KeyedEvent,
  deadline: Deadline,
): Promise<Verdict<never> | undefined> {
  const { provider, deadlineMs } = settings;
  try {
    const claimed = await ask(session, deadline, claimSql, [provider, event.id, event.fingerprint]);
    if (claimed.count === 1) return undefined;
    const seen = await ask<LookedAt>(session, deadline, lookSql, [provider, textArray([event.id])]);
    return verdictOf(event, seen.rows[0]);
  } catch (error) {
    // The lock's holder is another delivery of this event, at work since a quarter of the deadline.
    return refusalOf(error, Math.ceil(deadlineMs / 4));
  }
}

/**
 * Ends what is left of the transaction. Nothing of it can decide anything any more, so its failure is only logged: a
 * session that cannot roll back is thrown away, and then the server rolls back.
 */
async function giveBack(sessions: Sessions, session: Session, deadline: Deadline, { log }: Settings): Promise<void> {
  try {
    const open = session.loss === undefined && session.transaction !== "I";
    if (open && deadline.remainingMs > 0) await deadline.race(session.query("rollback"));
  } catch (error) {
    // Any class, as said above.
    report(log, "warn", "rollback_failed", { error });
  }
  if (session.waiting) sessions.discardHung(session);
  else sessions.give(session);
}
