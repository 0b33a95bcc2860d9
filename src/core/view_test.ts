/** What the view makes of a history, by drawn histories; most of it is tested through the properties that rest on it. */

import assert from "node:assert/strict";
import { drawn } from "../testing/drawn.ts";
import { decisionsBetween, type View, view } from "./view.ts";

const statement = (text: string): View => {
  const { plan, entries } = drawn(`A  |--deliver(e1)--ok|`);
  const about = {
    type: "message",
    atMs: 1,
    instance: 0,
    service: "postgres",
    connection: 0,
    bytes: 9,
    request: 1,
  } as const;
  return view(plan, [
    ...entries,
    { ...about, direction: "up", message: "Query", text },
    { ...about, direction: "down", message: "CommandComplete" },
    { ...about, direction: "down", message: "ReadyForQuery", last: true, error: false },
  ]);
};

Deno.test("view() takes the reply to a claim for a decision, however the claim is made", () => {
  const claims = [
    "insert into inbox (id) values ($1) on conflict do nothing returning id",
    "with claim as (insert into inbox (id) values ($1) on conflict do nothing returning id) insert into ledger…",
    "select pg_try_advisory_xact_lock($1)",
    "select token from claim_event($1)",
    "select version from inbox where id = $1 for update",
    "update leases set owner = $1 where id = $2",
  ];
  for (const claim of claims) assert.equal(statement(claim).decisions.get(0)?.length, 1, claim);
});

Deno.test("view() takes no reply to brackets, settings and the catalog for a decision", () => {
  const others = [
    "begin",
    "BEGIN isolation level serializable",
    "commit",
    "rollback",
    "set search_path = run_1",
    "show server_version",
    "discard all",
    "select 1",
    "select ?",
    "select b.oid, b.typarray from pg_catalog.pg_type a left join pg_catalog.pg_type b on b.oid = …",
    "select conname from pg_constraint where conrelid = $1",
    "select column_name from information_schema.columns",
    "select pg_is_in_recovery()",
    "select set_config($1, $2, false)",
  ];
  for (const other of others) assert.equal(statement(other).decisions.get(0)?.length ?? 0, 0, other);
});

Deno.test("decisionsBetween() gives those that were asked after one entry and answered before another", () => {
  const { view } = drawn(`
    A  |--deliver(e1)--------------------------------------------------ok|
    A   >claim <done <ready    >claim <done <ready    >claim <done
  `);
  const [first, second, third] = view.decisions.get(0)!;
  assert.deepEqual(decisionsBetween(view, 0, 0, Infinity), [first, second, third]);
  assert.deepEqual(decisionsBetween(view, 0, first!.asked, Infinity), [second, third]);
  assert.deepEqual(decisionsBetween(view, 0, 0, third!.answered), [first, second]);
  assert.deepEqual(decisionsBetween(view, 1, 0, Infinity), []);
});

Deno.test("view() is quiet only if the history says so and nothing to the contrary", () => {
  assert.equal(drawn(`A  |--deliver(e1)--ok|  #quiet`).view.quiet, true);
  assert.equal(drawn(`A  |--deliver(e1)--ok|  #unquiet`).view.quiet, false);
});

Deno.test("view() refuses a history that does not say what ran", () => {
  const { plan, entries } = drawn(`A  |--deliver(e1)--ok|`);
  assert.throws(() => view(plan, entries.slice(1)), /its first line does not say what ran/);
});
