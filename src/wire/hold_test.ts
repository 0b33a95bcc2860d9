/** Holds on real conversations: stalls, a client that gives up meanwhile, and instances let into the same gap together. */

import assert from "node:assert/strict";
import pg from "pg";
import postgres from "postgres";
import type { MessagePlace } from "../core/place.ts";
import { testStack } from "../testing/stack.ts";
import { eventually, wired } from "../testing/wired.ts";

const { postgresUrl } = await testStack();
const client = (url: URL, name?: string) =>
  postgres(url.href, { max: 1, fetch_types: false, backoff: false, connection: { application_name: name ?? "holds" } });
const place = (message: string, nth = 0, direction: "up" | "down" = "up"): MessagePlace => ({
  service: "postgres",
  connection: 0,
  direction,
  message,
  nth,
});

async function withTable(use: (direct: postgres.Sql, table: string) => Promise<void>): Promise<void> {
  const table = `holds_${crypto.randomUUID().slice(0, 8)}`;
  const direct = postgres(postgresUrl.href, { max: 1, fetch_types: false });
  await direct.unsafe(`create table ${table} (key text)`);
  try {
    await use(direct, table);
  } finally {
    await direct.unsafe(`drop table ${table}`);
    await direct.end();
  }
}

Deno.test("a stalled Query is answered after its release, and not before", async () => {
  await using road = await wired(postgresUrl);
  const sql = client(road.url);
  await sql`select 1`;
  road.wire.begin("d1.1");
  const hold = road.wire.hold({ operation: "d1.1", place: place("Query") });
  let answered = false;
  const query = sql.unsafe("select pg_backend_pid() as pid").then((rows) => {
    answered = true;
    return rows[0]!.pid;
  });
  const { connection, backendPid } = await hold.held;
  assert.ok(hold.isHeld);
  const [seen] = road.wire.connections();
  assert.deepEqual([connection, seen!.idle], [0, false]);
  await new Promise((resolve) => setTimeout(resolve, 30)); // long enough for an answer, had it been let through
  assert.equal(answered, false);
  assert.ok(!road.names("d1.1").includes("up Query"));
  hold.release();
  assert.equal(await query, backendPid);
  assert.ok(road.names("d1.1").includes("up Query"));
  await sql.end();
});

Deno.test("a held COMMIT whose client gives up meanwhile commits at its release, and not before", async () => {
  for (const gone of ["end", "reset"] as const) {
    await withTable(async (direct, table) => {
      await using road = await wired(postgresUrl);
      const giver = new pg.Client({ connectionString: road.url.href });
      giver.on("error", () => {}); // it is us who break the connection off
      await giver.connect();
      road.wire.begin("d1.1");
      await giver.query("begin");
      await giver.query(`insert into ${table} values ('kept')`);
      const hold = road.wire.hold({ operation: "d1.1", place: place("Query", 2) });
      const commit = giver.query("commit").then(() => "committed", () => "gave up");
      await hold.held;
      const { stream } = (giver as unknown as { connection: { stream: import("node:net").Socket } }).connection;
      if (gone === "end") stream.destroy();
      else stream.resetAndDestroy();
      assert.equal(await commit, "gave up");
      await eventually("the wire knows that the client is gone", () => !road.wire.connections()[0]!.clientOpen);
      const kept = async () => (await direct`select key from ${direct(table)}`).length;
      assert.equal(road.wire.connections()[0]!.serverOpen, true);
      assert.equal(await kept(), 0);
      hold.release();
      await eventually("the store has ended too", () => road.wire.connections().length === 0);
      assert.equal(await kept(), 1);
      assert.deepEqual(road.events().slice(1), [
        `0 ${gone === "end" ? "closed" : "reset"} instance`,
        "0 drained store",
      ]);
    });
  }
});

Deno.test("a held reply to a client that has gone is dropped at its release", async () => {
  await using road = await wired(postgresUrl);
  const giver = new pg.Client({ connectionString: road.url.href });
  giver.on("error", () => {}); // it is us who break the connection off
  await giver.connect();
  road.wire.begin("d1.1");
  const hold = road.wire.hold({ operation: "d1.1", place: place("CommandComplete", 0, "down") });
  const query = giver.query("select 1").then(() => "answered", () => "gave up");
  await hold.held;
  (giver as unknown as { connection: { stream: import("node:net").Socket } }).connection.stream.destroy();
  assert.equal(await query, "gave up");
  await eventually("both sides have ended", () => !road.wire.connections().some((c) => c.clientOpen || c.serverOpen));
  hold.release();
  assert.ok(!hold.isHeld);
  assert.ok(!road.names().includes("down CommandComplete"));
  // A driver that closes with bytes unread resets.
  assert.match(road.events()[1]!, /^0 (closed|reset) instance$/);
});

Deno.test("holds on two wires let both instances into the same gap: select-then-insert doubles, each time", async () => {
  await withTable(async (direct, table) => {
    await using one = await wired(postgresUrl);
    await using two = await wired(postgresUrl);
    const clients = [client(one.url), client(two.url)];
    for (let time = 0; time < 10; time++) {
      const key = `k${time}`;
      const holds = [one, two].map(({ wire }) => {
        wire.begin(key);
        return wire.hold({ operation: key, place: place("Query", 1) });
      });
      const claims = clients.map(async (sql) => {
        const seen = await sql.unsafe(`select key from ${table} where key = '${key}'`);
        if (seen.length === 0) await sql.unsafe(`insert into ${table} values ('${key}')`);
      });
      await Promise.all(holds.map((hold) => hold.held));
      for (const hold of holds) hold.release();
      await Promise.all(claims);
    }
    const counts = await direct`select count(*)::int as n from ${direct(table)} group by key`;
    assert.deepEqual(counts.map((row) => row.n), Array(10).fill(2));
    await Promise.all(clients.map((sql) => sql.end()));
  });
});

Deno.test("what a hold still keeps when the run is over is let go before the end, so that no request is lost silently", async () => {
  await withTable(async (direct, table) => {
    const road = await wired(postgresUrl);
    const sql = client(road.url);
    await sql`select 1`;
    road.wire.begin("d1.1");
    const hold = road.wire.hold({ operation: "d1.1", place: place("Query") });
    const query = sql.unsafe(`insert into ${table} values ('late')`).catch((error) => error.code);
    await hold.held;
    assert.deepEqual(await road.wire.close(2_000), { undrained: 0 });
    assert.equal(await query, "CONNECTION_CLOSED");
    await eventually("the insert is there", async () => (await direct`select key from ${direct(table)}`).length === 1);
    await sql.end({ timeout: 0 });
    await road[Symbol.asyncDispose]();
  });
});
