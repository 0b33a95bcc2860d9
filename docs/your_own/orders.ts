/**
 * Somebody's own webhook handler, made testable in two halves: the harness's half says where tables and effects are, the
 * instance's half (`hosted`) runs in a process of its own and takes each order once. Copy it and put your code in its place.
 */

import postgres from "postgres";
import type { Operation } from "../../src/core/plan.ts";
import type { Hosted, Subject } from "../../src/core/subject.ts";

/** One delivery of one order. */
export interface OrderPlaced extends Operation {
  readonly amount: number;
}

/** The harness's half. */
export const orders: Subject<OrderPlaced> = {
  name: "orders, one statement",
  needs: ["postgres"],
  host: { module: new URL(import.meta.url) },
  promises: { answersWithinMs: 2_000, convergesWithinMs: 10_000 },
  async prepare({ sql }) {
    await sql`create table seen (run text, id text, primary key (run, id))`;
    await sql`create table orders (n bigint generated always as identity, run text, id text, amount int, operation text)`;
  },
  async effects({ sql, namespace }) {
    return await sql<{ key: string; operation: string }[]>`
      select id as key, operation from orders where run = ${namespace.prefix} order by n`;
  },
};

/** The instance's half: what it returns is acknowledged, what it throws is "nobody knows", and the sender comes again. */
export const hosted: Hosted<OrderPlaced> = {
  start({ url, namespace }) {
    const sql = postgres(url("postgres").href, {
      max: 2,
      fetch_types: false,
      connection: { search_path: namespace.schema, statement_timeout: 1_500 },
    });
    return Promise.resolve({
      async invoke({ key, amount }, { operation }) {
        const taken = await sql`
          with fresh as (
            insert into seen (run, id) values (${namespace.prefix}, ${key}) on conflict do nothing returning id
          )
          insert into orders (run, id, amount, operation)
          select ${namespace.prefix}, id, ${amount}::int, ${operation} from fresh returning id`;
        return { verdict: taken.length === 1 ? "first" : "duplicate" };
      },
      [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }),
    });
  },
};
