/**
 * The exactly-once end of a debouncer, in Postgres: a batch and its effect commit in one statement, once, however often the
 * batch is handled. It runs by a function that the service gives, with npm:pg or npm:postgres:
 *
 *     const query = async (text, values) => (await pool.query(text, values)).rows;      // npm:pg
 *     const query = (text, values) => sql.unsafe(text, values);                         // npm:postgres
 *     // sinkSchemaSql has been run with your migrations
 *     const sink = await openSink({ query, effect: "insert into note (customer, text) " +
 *       "select conversation, convert_from(body, 'UTF8') from fresh order by position" });
 *     await debouncer.run((batch) => sink.commit(batch));
 *
 * Two rows decide. The batch's row lets each batch in once. The conversation's row is the fence: it refuses a holder whose
 * token is lower than one that has committed, such as one that overran its lease and comes after the next batch.
 *
 * A refused holder gets LeaseLost and must not acknowledge, and `run` does not: were it so by a mistake of Redis's, the batch
 * would be lost. Its batch is tried again with a later token, so nothing new is refused for ever: tokens follow Redis's clock also
 * after it has forgotten the last one, and a clock that is then behind by a minute refuses for a minute at most, in which
 * batches can use up their attempts and have to be put back.
 *
 * A sibling would do the same for another database that can do it in one transaction.
 */

import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { LeaseLost } from "../errors.ts";
import type { Batch } from "./handle.ts";
import { verifyEffect } from "./sink_effect.ts";

/** Runs one statement with `$1` parameters, outside of any transaction, and gives its rows. What it throws is thrown on. */
export type Query = (text: string, values: string[]) => Promise<readonly object[]>;

/** Options of `openSink`. */
export interface SinkOptions {
  readonly query: Query;
  /**
   * One INSERT, UPDATE, DELETE or MERGE that reads the messages of a batch that is new from
   * `fresh (batch_id text, conversation text, token bigint, position int, message_id text, body bytea)`; position counts from 0.
   * It is part of the program: never build it from what a sender sent.
   */
  readonly effect: string;
  /** Whose conversations these are: two debouncers in one database have two names. Default "default". */
  readonly debouncer?: string | undefined;
}

/** `duplicate`: this batch was committed before, with its effect; the debouncer may forget it. */
export type Committed = "committed" | "duplicate";

/** Creates the two tables and their indexes; run it with your migrations. */
export const sinkSchemaSql: string = statement("./sink_schema.sql");
const commitSql = statement("./sink_commit.sql");
const pruneSql = statement("./sink_prune.sql");

/**
 * Opens a sink: has Postgres plan the statement, which fails, with its own error, if the tables of `sinkSchemaSql` or a constraint are
 * missing or the effect is none that it understands. Throws a TypeError for an effect that would not happen, or not with its batch.
 */
export async function openSink(options: SinkOptions): Promise<Sink> {
  const { query, effect, debouncer = "default" } = options;
  if (typeof effect !== "string" || effect.trim() === "") throw new TypeError("Cannot open the sink: it has no effect");
  const text = commitSql.replace("/*effect*/", () => effect);
  const [row] = await query(`explain (format json) ${text}`, [debouncer, "", "0", "", "[]"]);
  verifyEffect(Object.values(row ?? {})[0]);
  return new Sink(query, text, debouncer);
}

/** The open sink. It holds no connection: it needs no closing. */
export class Sink {
  readonly #query: Query;
  readonly #text: string;
  readonly #debouncer: string;

  /** Use `openSink`, which has the statement planned first. */
  constructor(query: Query, text: string, debouncer: string) {
    this.#query = query;
    this.#text = text;
    this.#debouncer = debouncer;
  }

  /**
   * Commits the batch with its effect, or finds it committed. Throws LeaseLost if a later holder's batch was committed before
   * or the lease has run out (nothing happened), or unchanged what `query` throws: then nobody knows, and trying again is safe.
   */
  async commit(batch: Pick<Batch, "id" | "conversation" | "messages" | "token" | "signal">): Promise<Committed> {
    batch.signal.throwIfAborted();
    const messages = batch.messages.map(({ id, body }, position) => {
      return { position, message_id: id, body: Buffer.from(body as Uint8Array).toString("base64") };
    });
    const values = [this.#debouncer, batch.conversation, String(batch.token), batch.id, JSON.stringify(messages)];
    const [row] = await this.#query(this.#text, values) as readonly { committed: boolean; known: boolean }[];
    if (row?.committed === true) return "committed";
    if (row?.known === true) return "duplicate";
    throw new LeaseLost(`A later holder of the conversation has committed: token ${batch.token} comes too late`, {
      retryAfterMs: 1_000,
    });
  }

  /**
   * Forgets what was committed more than `retentionMs` ago, `rowsMax` rows of each table at most (1,000 by default), and gives
   * how many it were. Keep longer than any batch can be in flight or wait as a dead letter: 30 days, say.
   */
  async prune({ retentionMs, rowsMax = 1_000 }: { retentionMs: number; rowsMax?: number }): Promise<number> {
    atLeastOne("retentionMs", retentionMs);
    atLeastOne("rowsMax", rowsMax);
    const [row] = await this.#query(pruneSql, [this.#debouncer, String(retentionMs), String(rowsMax)]);
    return Number((row as { deleted: string }).deleted);
  }
}

function atLeastOne(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new TypeError(`Cannot prune the sink: ${name} has to be a whole number from 1, not "${value}"`);
}

/** Without the comments, which are for readers and need not travel with every statement. */
function statement(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8").replace(/^--.*\n/gm, "").trim();
}
