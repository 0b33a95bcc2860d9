/**
 * How one transaction is run on one session: begin, the work, commit; and what each way of failing means. Until COMMIT
 * is sent, every failure means that nothing happened; from then on, only a complete answer says what happened.
 */

import { classify, HandlerTooSlow, OutcomeUnknown, StoreUnavailable, TransactionMisused } from "../errors.ts";
import { type Deadline, DeadlinePassed } from "./deadline.ts";
import type { Session } from "./session.ts";
import { beginSql } from "./sql.ts";

/** What a statement gave: its rows, and how many rows it touched. */
export interface Rows<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

/** The open transaction, as the handler sees it. It ends when the handler has settled; later queries reject. */
export interface Tx {
  /**
   * Runs one statement in the transaction, with `$1` and so on. Rejects with StoreUnavailable if the transaction cannot
   * go on, else with the driver's error unchanged. Savepoints may be used; COMMIT and ROLLBACK are not the handler's.
   */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Rows<Row>>;
  /** Aborts at the call's deadline; pass it on to whatever the handler waits for. */
  readonly signal: AbortSignal;
}

/** Sends one statement of ours within the deadline. Throws StoreUnavailable, or the driver's error if it is a mistake. */
export async function ask<Row>(session: Session, deadline: Deadline, text: string, values?: readonly unknown[]) {
  try {
    return await deadline.race(session.query(text, values)) as Rows<Row>;
  } catch (error) {
    throw beforeCommit(error, session);
  }
}

/** Begins a transaction. */
export async function begin(session: Session, deadline: Deadline): Promise<void> {
  await ask(session, deadline, beginSql);
}

/** Lets the handler work in the open transaction. What it throws comes out unchanged. */
export async function work<T>(
  session: Session,
  deadline: Deadline,
  handler: (tx: Tx) => Promise<T> | T,
): Promise<{ value: T; swallowed: unknown }> {
  const tx = new OpenTx(session, deadline);
  try {
    const value = await deadline.race((async () => await handler(tx))());
    if (tx.left) throw leftByHandler(tx.firstError);
    return { value, swallowed: tx.firstError };
  } catch (error) {
    throw error instanceof DeadlinePassed ? tooSlow(error) : error;
  } finally {
    tx.ended = true;
  }
}

/** Commits. Returns only when the server has said COMMIT; `swallowed` is the cause to name if it says ROLLBACK. */
export async function commit(session: Session, deadline: Deadline, swallowed: unknown): Promise<void> {
  // Still certain, so said as such: COMMIT is not sent over a lost connection, nor when the answer would come too late.
  if (session.loss !== undefined) throw beforeCommit(session.loss, session);
  if (deadline.remainingMs === 0) throw tooSlow(undefined);
  let tag: string;
  try {
    tag = (await deadline.race(session.query("commit"))).command;
  } catch (error) {
    throw afterCommit(error, session);
  }
  // COMMIT of a failed transaction is no error: the server answers ROLLBACK.
  if (tag === "COMMIT") return;
  throw new TransactionMisused(
    "Rolled back: a statement had failed, and the handler returned as if it had not",
    "nothing",
    swallowed,
  );
}

/** What an error means while COMMIT has not been sent: the server rolls back, whatever it was. */
export function beforeCommit(error: unknown, session: Session): unknown {
  const kind = classify(error);
  const lost = session.loss !== undefined || error instanceof DeadlinePassed;
  if (!lost && (kind === "programming" || kind === "conflict")) return error;
  return new StoreUnavailable("Rolled back before COMMIT was sent: Postgres failed or did not answer in time", {
    retryAfterMs: 1_000,
    cause: error,
  });
}

/** What an error means when COMMIT has been sent: certain only if the server itself refused. */
export function afterCommit(error: unknown, session: Session): unknown {
  const kind = classify(error);
  const answered = error instanceof Error && "severity" in error;
  if (answered && kind === "nothing") return beforeCommit(error, session);
  if (answered && kind !== "unknown") return error;
  return new OutcomeUnknown("COMMIT was sent and its answer did not come: it may have been done, and may yet be", {
    retryAfterMs: 1_000,
    cause: error,
  });
}

class OpenTx implements Tx {
  readonly #session: Session;
  readonly #deadline: Deadline;
  ended = false;
  left = false;
  firstError: unknown;

  constructor(session: Session, deadline: Deadline) {
    this.#session = session;
    this.#deadline = deadline;
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  query<Row>(text: string, values: readonly unknown[] = []): Promise<Rows<Row>> {
    const answer = this.#ask(text, values);
    answer.catch(() => {}); // a handler that forgot to await must not end the process: the commit finds it out
    return answer as Promise<Rows<Row>>;
  }

  async #ask(text: string, values: readonly unknown[]): Promise<Rows<unknown>> {
    if (this.ended || this.left) {
      throw new TransactionMisused("Cannot query: this transaction has ended", this.left ? "unknown" : "nothing");
    }
    try {
      const { rows, count } = await this.#session.query(text, values);
      this.left = !this.ended && this.#session.transaction === "I";
      if (this.left) throw leftByHandler(undefined);
      return { rows, count };
    } catch (error) {
      this.firstError ??= error;
      throw error instanceof TransactionMisused ? error : beforeCommit(error, this.#session);
    }
  }
}

function tooSlow(cause: unknown): HandlerTooSlow {
  return new HandlerTooSlow("Rolled back: the handler had not finished at the deadline", {
    retryAfterMs: 1_000,
    cause,
  });
}

function leftByHandler(cause: unknown): TransactionMisused {
  return new TransactionMisused(
    "The handler ended the transaction itself: claim and effect may be apart",
    "unknown",
    cause,
  );
}
