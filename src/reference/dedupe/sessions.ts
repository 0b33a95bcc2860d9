/**
 * The connections for transactions: a small pool of npm:pg clients, each lent to one transaction at a time. It never
 * waits longer than the call's deadline, and it throws away rather than mends: a connection that was lost, that hung, or
 * that still has a transaction open does not come back.
 */

import { classify, StoreUnavailable } from "../errors.ts";
import { type Deadline, DeadlinePassed } from "./deadline.ts";
import { report } from "./log.ts";
import type { Settings } from "./options.ts";
import { Session } from "./session.ts";

const goodbyeMsMax = 1_000;

/** At most `connectionsMax` sessions, opened when they are needed. */
export class Sessions {
  readonly #settings: Settings;
  readonly #all = new Set<Session>();
  #idle: Session[] = [];
  #waiting: (() => void)[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Lends a session. Throws StoreUnavailable: nothing was sent. */
  async take(deadline: Deadline): Promise<Session> {
    try {
      return await this.#free(deadline) ?? await this.#open(deadline);
    } catch (error) {
      if (!(error instanceof DeadlinePassed)) throw error;
      const { connectionsMax, deadlineMs } = this.#settings;
      throw new StoreUnavailable(
        `Cannot begin a transaction: none of ${connectionsMax} connections was to be had within ${deadlineMs} ms`,
        { retryAfterMs: 1_000, cause: error },
      );
    }
  }

  /** Takes a session back whose transaction has ended, or throws it away if it has not. */
  give(session: Session): void {
    if (session.loss !== undefined || session.transaction !== "I") return this.discard(session);
    this.#idle.push(session);
    this.#waiting.shift()?.();
  }

  /** Throws a session away. */
  discard(session: Session): void {
    this.#all.delete(session);
    session.destroy();
    this.#waiting.shift()?.();
  }

  /** Throws away a session that did not answer, and the idle ones with it: they may hang on the same road. */
  discardHung(session: Session): void {
    report(this.#settings.log, "warn", "connection_hung", { driver: "pg", idle: this.#idle.length });
    for (const idle of this.#idle.splice(0)) this.discard(idle);
    this.discard(session);
  }

  /** Closes all sessions; those that do not say goodbye in time are thrown away. */
  async close(): Promise<void> {
    const all = [...this.#all];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, goodbyeMsMax));
    await Promise.race([Promise.allSettled(all.map((session) => session.end())), patience]);
    clearTimeout(timer);
    this.#idle = [];
    all.forEach((session) => this.discard(session));
  }

  async #free(deadline: Deadline): Promise<Session | undefined> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle?.loss !== undefined) this.discard(idle);
      else if (idle !== undefined) return idle;
      else if (this.#all.size < this.#settings.connectionsMax) return undefined;
      else await this.#turn(deadline);
    }
  }

  async #turn(deadline: Deadline): Promise<void> {
    let wake = () => {};
    const turn = new Promise<void>((resolve) => wake = resolve);
    this.#waiting.push(wake);
    try {
      await deadline.race(turn);
    } finally {
      this.#waiting = this.#waiting.filter((other) => other !== wake);
    }
  }

  async #open(deadline: Deadline): Promise<Session> {
    const session = new Session(this.#settings);
    this.#all.add(session);
    try {
      await deadline.race(session.connect());
      return session;
    } catch (error) {
      // Any class: the half-open connection goes in each case, and only then is the error told apart.
      this.discard(session);
      throw unreachable(error, session);
    }
  }
}

/** Nothing can have happened before the first statement; a wrong password or database is a mistake and surfaces. */
function unreachable(error: unknown, session: Session): unknown {
  const mistaken = classify(error) === "programming" && "severity" in Object(error);
  if (mistaken || error instanceof DeadlinePassed) return error;
  return new StoreUnavailable("Cannot connect to Postgres: nothing was sent", {
    retryAfterMs: 1_000,
    cause: error ?? session.loss,
  });
}
