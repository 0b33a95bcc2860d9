/** Real conversations of real drivers with a real server, as the wire writes them down. */

import assert from "node:assert/strict";
import pg from "pg";
import postgres from "postgres";
import { testStack } from "../testing/stack.ts";
import { eventually, wired } from "../testing/wired.ts";

const { postgresUrl } = await testStack();
const client = (url: URL) => postgres(url.href, { max: 1, fetch_types: false, backoff: false, onnotice: () => {} });

Deno.test("a conversation of npm:postgres is recorded message by message, with statements but without values", async () => {
  await using road = await wired(postgresUrl);
  const sql = client(road.url);
  await sql`select 1`;
  road.wire.begin("d1.1");
  await sql`select ${"my secret"}::text as a, 'literal' as b, 42 as c`;
  road.wire.end("d1.1");
  await sql`select 1 / 0`.catch((error) => assert.equal(error.code, "22012"));
  await sql.end();
  await eventually("the connection has drained", () => road.wire.connections().length === 0);

  assert.deepEqual(road.names("d1.1"), [
    "up Parse",
    "up Describe",
    "up Flush",
    "down ParseComplete",
    "down ParameterDescription",
    "down RowDescription",
    "up Bind",
    "up Execute",
    "up Sync",
    "down BindComplete",
    "down DataRow",
    "down CommandComplete",
    "down ReadyForQuery",
  ]);
  const during = road.messages().filter((m) => m.operation === "d1.1");
  assert.deepEqual([...new Set(during.map((m) => m.request))], [2]);
  const statement = "select $1::text as a, ? as b, ? as c";
  assert.deepEqual(during.filter((m) => m.text).map((m) => `${m.message}: ${m.text}`), [
    `Parse: ${statement}`,
    `Bind: ${statement}`,
    `Execute: ${statement}`,
    "CommandComplete: SELECT 1",
    "ReadyForQuery: I",
  ]);
  assert.deepEqual(during.filter((m) => m.last).map((m) => m.message), ["ReadyForQuery"]);
  assert.ok(during.every((m) => !m.error));
  const failed = road.messages().filter((m) => m.request === 3 && m.direction === "down");
  assert.equal(failed.find((m) => m.message === "ErrorResponse")?.text, "22012");
  assert.deepEqual(failed.filter((m) => m.error).map((m) => m.message), ["ReadyForQuery"]);
  assert.ok(!/my secret|literal/.test(JSON.stringify(road.entries)));
  assert.deepEqual(road.events(), ["0 opened instance", "0 closed instance", "0 drained store"]);
  const times = road.entries.map((entry) => entry.atMs);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  assert.equal(road.wire.unknownMessages, 0);
});

Deno.test("a transaction of npm:pg shows its states, and the process that serves it", async () => {
  await using road = await wired(postgresUrl);
  const connected = new pg.Client({ connectionString: road.url.href });
  await connected.connect();
  await connected.query("begin");
  const { rows } = await connected.query("select pg_backend_pid() as pid where 7 = $1", [7]);
  assert.deepEqual(road.wire.connections().map((c) => [c.backendPid, c.idle]), [[rows[0].pid, false]]);
  await connected.query("commit");
  assert.deepEqual(road.wire.connections().map((c) => [c.connection, c.idle, c.clientOpen, c.serverOpen]), [
    [0, true, true, true],
  ]);
  const ready = road.messages().filter((m) => m.message === "ReadyForQuery");
  assert.deepEqual(ready.map((m) => `${m.request} ${m.text}`), ["0 I", "1 T", "2 T", "3 I"]);
  assert.deepEqual(road.messages().filter((m) => m.message === "Query").map((m) => m.text), ["begin", "commit"]);
  assert.equal(
    road.messages().find((m) => m.message === "Execute")?.text,
    "select pg_backend_pid() as pid where ? = $1",
  );
  await connected.end();
});

Deno.test("a COPY, a NOTIFY and a large reply pass whole, and no message is unknown", async () => {
  await using road = await wired(postgresUrl);
  const sql = client(road.url);
  const [row] = await sql`select repeat('x', 3000000) as long`;
  assert.equal(row!.long.length, 3_000_000);
  assert.equal(road.messages().find((m) => m.message === "DataRow")?.bytes, 3_000_000 + 11);
  const heard = Promise.withResolvers<string>();
  await using listener = { sql: client(road.url), [Symbol.asyncDispose]: () => listener.sql.end() };
  await listener.sql.listen("wired", heard.resolve);
  await sql.notify("wired", "hello");
  assert.equal(await heard.promise, "hello");
  await sql`create temporary table copied (a text)`;
  const { Readable } = await import("node:stream");
  const { pipeline } = await import("node:stream/promises");
  await pipeline(Readable.from(["one\n", "two\n"]), await sql`copy copied from stdin`.writable());
  assert.deepEqual([...await sql`select count(*)::int as n from copied`], [{ n: 2 }]);
  assert.ok(road.names().includes("up CopyData") && road.names().includes("down CopyInResponse"));
  assert.equal(road.wire.connections().find((c) => c.connection === 0)?.idle, true);
  await sql.end();
  assert.equal(road.wire.unknownMessages, 0);
});

Deno.test("traffic is counted from the watch on: bytes, messages, how long a reply took, what is unanswered", async () => {
  await using road = await wired(postgresUrl);
  const sql = client(road.url);
  await sql`select 1`;
  const watch = road.wire.watch();
  assert.equal(watch.traffic().messagesUp, 0);
  await sql`select pg_sleep(0.05)`;
  const traffic = watch.traffic();
  assert.ok(traffic.slowestReplyMs! >= 45 && traffic.slowestReplyMs! < 1_000, `${traffic.slowestReplyMs}`);
  assert.ok(traffic.bytesUp > 0 && traffic.bytesDown > 0 && traffic.messagesDown >= 4 && traffic.chunksDown >= 1);
  assert.equal(traffic.opened + traffic.endedByRoad + traffic.resets + traffic.refused + traffic.unanswered, 0);
  const sleeping = sql`select pg_sleep(30)`.catch((error) => error.code);
  await eventually("the request is unanswered", () => watch.traffic().unanswered === 1);
  const [connection] = road.wire.connections();
  const direct = client(postgresUrl);
  await direct`select pg_terminate_backend(${connection!.backendPid!})`;
  assert.ok(await sleeping);
  await eventually("the end is counted", () => watch.traffic().endedByRoad === 1);
  const fatal = road.messages().findLast((m) => m.message === "ErrorResponse");
  assert.deepEqual([fatal?.text, fatal?.last, fatal?.error], ["57P01", true, true]);
  await Promise.all([direct.end(), sql.end({ timeout: 0 })]);
});
