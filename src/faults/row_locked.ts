/**
 * Row locked: somebody else holds locks, and does not let go. Whoever wants to write has to wait, or to give up.
 *
 * A transaction on a direct connection locks every table of the schema that the direct road's search path begins with, as
 * if each row, present and to come, were locked: locks on single rows would leave inserts free, and before a key's first
 * insert there is no row to lock. It never waits for a lock while it holds another, so it can end nobody in a deadlock.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import postgres from "postgres";
import type { Evidence, Fault, Target } from "../core/fault.ts";

/** Whether those who only read have to wait as well. */
export interface RowLockedSeverity {
  readonly readersToo: boolean;
}

/** How long to try for a moment at which nobody holds a lock on any of the tables. */
const lockMsMax = 3_000;

const lookEveryMs = 10;

/** How long the server may take to notice that our connection is gone. */
const goneMsMax = 5_000;

/** Holds locks on all tables of the run. */
export const rowLocked: Fault<RowLockedSeverity> = {
  name: "row_locked",
  story: "Somebody else holds locks on all rows, and does not let go",
  service: "postgres",
  severity: fc.record({ readersToo: fc.boolean() }, { noNullPrototype: true }),
  async inject(target, { readersToo }) {
    target.signal.throwIfAborted();
    await using undo = new AsyncDisposableStack();
    const locks = undo.use(new Locks(target));
    await locks.take(readersToo ? "access exclusive" : "exclusive");
    locks.watch();
    const cure = undo.move();
    return {
      evidence: () => locks.evidence(),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** The transaction that holds the locks. Disposing ends it and makes sure that the server has noticed. */
class Locks implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #holder: postgres.Sql;
  #pid = 0;
  #watching: Promise<void> = Promise.resolve();
  #waited = false;
  #failed: unknown;

  constructor(private readonly target: Target) {
    this.#holder = connect(target);
  }

  async take(mode: "exclusive" | "access exclusive"): Promise<void> {
    const holder = this.#holder;
    const tables = await this.#tables();
    const [row] = await holder`select pg_backend_pid() as pid`;
    this.#pid = Number(row?.pid);
    const deadline = performance.now() + lockMsMax;
    while (true) {
      try {
        await holder.unsafe("begin");
        await holder.unsafe(`lock table ${tables} in ${mode} mode nowait`);
        return;
      } catch (thrown) {
        if (!(thrown instanceof postgres.PostgresError && thrown.code === "55P03")) throw thrown;
        if (performance.now() > deadline) {
          throw new Error(`Cannot lock ${tables}: somebody always held a lock for ${lockMsMax} ms`, { cause: thrown });
        }
        await holder.unsafe("rollback");
      }
      await pause(lookEveryMs, undefined, { signal: this.target.signal });
    }
  }

  /** Looks every few moments until a session of the links was seen to wait for our locks. */
  watch(): void {
    this.#watching = this.#look(AbortSignal.any([this.#over.signal, this.target.signal])).catch((failure: unknown) => {
      this.#failed = failure; // told by the evidence
    });
  }

  async evidence(): Promise<Evidence> {
    if (!this.#waited && this.#failed === undefined) this.#waited = await this.#somebodyWaits();
    if (this.#waited) return { confirmed: true, what: "a session waited for a lock that we held" };
    const why = this.#failed === undefined ? "" : `; the watch failed: ${this.#failed}`;
    return { confirmed: false, what: `no session was seen to wait for a lock that we held${why}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#watching;
    await this.#holder.end({ timeout: 1 }); // in seconds; the server rolls back
    const deadline = performance.now() + goneMsMax;
    while (this.#pid !== 0 && await this.#holds()) {
      if (performance.now() > deadline) {
        throw new Error(`Cannot confirm that the locks are gone: session ${this.#pid} held them after ${goneMsMax} ms`);
      }
      await pause(lookEveryMs);
    }
  }

  async #tables(): Promise<string> {
    const [row] = await this.target.sql`
      select string_agg(format('%I.%I', schemaname, tablename), ', ' order by tablename) as tables
      from pg_tables where schemaname = current_schema()`;
    if (!row?.tables) throw new Error("Cannot lock anything: the direct road's schema has no table");
    return row.tables;
  }

  async #look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#waited) {
      this.#waited = await this.#somebodyWaits();
      // Not aborted by the signal: one short wait more costs less than an exception.
      await pause(lookEveryMs);
    }
  }

  async #somebodyWaits(): Promise<boolean> {
    const pids = [...await this.target.sessions()];
    if (pids.length === 0) return false;
    const { sql } = this.target;
    const waiting = await sql`
      select from pg_stat_activity
      where pid in ${sql(pids)} and wait_event_type = 'Lock' and ${this.#pid}::int = any(pg_blocking_pids(pid))`;
    return waiting.length > 0;
  }

  async #holds(): Promise<boolean> {
    const held = await this.target.sql`
      select from pg_locks where pid = ${this.#pid} and locktype = 'relation' and mode ~ 'ExclusiveLock$' limit 1`;
    return held.length > 0;
  }
}

/** A connection of our own: the direct road's others must stay free for looking. */
function connect({ sql }: Target): postgres.Sql {
  const { host, port, path, user, pass, database, ssl } = sql.options;
  return postgres({
    host: host[0],
    port: port[0],
    ...(path ? { path } : {}),
    user,
    pass: pass ?? "",
    database,
    ssl,
    max: 1,
    idle_timeout: 0,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "nevertwice row_locked", idle_in_transaction_session_timeout: 0 },
  });
}
