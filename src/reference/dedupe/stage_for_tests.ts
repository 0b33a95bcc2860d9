/**
 * A stage for the tests beside it: a schema of its own on a real Postgres, a direct road for looking at the truth, and
 * a ledger of effects without any constraint, since a ledger that refuses duplicates would hide the very bug.
 */

import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { testStack } from "../../testing/stack.ts";
import { type Dedupe, type DedupeOptions, openDedupe, schemaSql } from "./mod.ts";

const { postgresUrl } = await testStack();

/** One test's own schema, dropped when disposed. */
export class Stage implements AsyncDisposable {
  readonly schema = `dedupe_${randomBytes(6).toString("hex")}`;
  readonly truth: postgres.Sql;
  readonly url: URL;
  readonly #opened: Dedupe[] = [];

  private constructor(url: URL) {
    this.url = new URL(url);
    this.url.searchParams.set("application_name", this.schema);
    const connection = { search_path: this.schema };
    this.truth = postgres(url.href, { max: 2, fetch_types: false, onnotice: () => {}, connection });
  }

  /** A schema with the table, the sequence, and the ledger `effect (event_id, note)`. */
  static async create(): Promise<Stage> {
    const stage = new Stage(postgresUrl);
    await stage.truth.unsafe(`create schema ${stage.schema}`);
    await stage.truth.unsafe(schemaSql);
    await stage.truth.unsafe("create table effect (event_id text, note text)");
    return stage;
  }

  /** Opens a dedupe in the schema; the stage closes it. */
  async open(options: Partial<DedupeOptions> = {}): Promise<Dedupe> {
    const dedupe = await openDedupe({ url: this.url, schema: this.schema, deadlineMs: 2_000, ...options });
    this.#opened.push(dedupe);
    return dedupe;
  }

  /** How many effects and how many rows of the table an event has. */
  async count(id: string): Promise<{ effects: number; claims: number }> {
    const [row] = await this.truth<{ effects: number; claims: number }[]>`
      select (select count(*)::int from effect where event_id = ${id}) as effects,
             (select count(*)::int from webhook_event where event_id = ${id}) as claims`;
    return row ?? { effects: -1, claims: -1 };
  }

  /** The server's processes that serve the instances of this stage; `transaction` keeps those with an open one. */
  async backends(which: "all" | "transaction" = "all"): Promise<number[]> {
    const rows = await this.truth<{ pid: number }[]>`
      select pid from pg_stat_activity
      where application_name = ${this.schema} and (${which} = 'all' or state like 'idle in transaction%')`;
    return rows.map((row) => row.pid);
  }

  /** Ends the given backends, or all of the instances', and waits until they are gone. */
  async endBackends(pids?: readonly number[]): Promise<void> {
    const ended = pids ?? await this.backends();
    await this.truth`select pg_terminate_backend(pid, 2000) from unnest(${`{${ended.join(",")}}`}::int[]) as pid`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((dedupe) => dedupe.close()));
    await this.truth.unsafe(`drop schema ${this.schema} cascade`);
    await this.truth.end({ timeout: 2 });
  }
}

/** Waits until the condition is true; fails after `msMax`. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, msMax = 5_000): Promise<void> {
  const endsAtMs = performance.now() + msMax;
  while (!await condition()) {
    if (performance.now() > endsAtMs) throw new Error(`Waited ${msMax} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
