/** Lanes on real stores: whose tables are made, and how often. */

import assert from "node:assert/strict";
import type { Subject } from "../core/subject.ts";
import { dedupe } from "../subjects/dedupe.ts";
import { testStack } from "../testing/stack.ts";
import { insidePool } from "./instances/pool.ts";
import { openLane } from "./lane.ts";
import { openSink } from "./sink.ts";

const stack = await testStack();

async function opened() {
  await using undo = new AsyncDisposableStack();
  const instancePool = undo.use(insidePool());
  const sink = undo.use(await openSink());
  const session = `lane${crypto.randomUUID().slice(0, 8)}`;
  const postgres = { url: stack.postgresUrl, server: undefined, leavesNothing: true };
  const { toxiproxyUrl } = stack;
  const lane = undo.use(
    await openLane({ session, index: 0, instances: 1, postgres, toxiproxyUrl, instancePool, sink }),
  );
  const done = undo.move();
  return { lane, [Symbol.asyncDispose]: () => done.disposeAsync() };
}

Deno.test("subjects whose tables the same function prepares share a schema, and others do not", async () => {
  await using ground = await opened();
  const { lane } = ground;
  const schema = await lane.schemaFor(dedupe({ mode: "leased" }));
  assert.equal(await lane.schemaFor(dedupe({ name: "its twin", mode: "transactional" })), schema);
  const other = await lane.schemaFor(
    dedupe({ name: "another table", mode: "leased", tables: "create table other ()" }),
  );
  assert.notEqual(other, schema);
  const tables = await lane.sqlIn(other)<{ tablename: string }[]>`
    select tablename from pg_tables where schemaname = ${other} order by tablename`;
  assert.deepEqual(tables.map(({ tablename }) => tablename), ["ledger", "other"]);
});

Deno.test("subjects without tables have an empty schema, each its own if it uses Postgres", async () => {
  await using ground = await opened();
  const { lane } = ground;
  const { prepare: _, ...bare }: Subject = dedupe({ mode: "leased" });
  const alone = await lane.schemaFor({ ...bare, name: "alone" });
  assert.notEqual(await lane.schemaFor({ ...bare, name: "another" }), alone);
  const elsewhere = await lane.schemaFor({ ...bare, name: "on Redis", needs: ["redis"] });
  assert.equal(await lane.schemaFor({ ...bare, name: "on Redis too", needs: ["redis"] }), elsewhere);
});
