/** What holds for a dedupe as a whole: its start-up check, batches, pruning, its end, and traffic of all modes. */

import assert from "node:assert/strict";
import { MissingConstraint, openDedupe, StoreUnavailable } from "./mod.ts";
import { Relay, says } from "./fixtures/relay.ts";
import { Stage, until } from "./fixtures/stage.ts";

const event = (id: string, body = `{"id":"${id}"}`) => ({ id, body });
const intoLedger = "insert into effect select event_id, convert_from(body, 'UTF8') from fresh";

Deno.test("without its unique constraint the dedupe refuses to start, and names the statement that adds it", async () => {
  await using stage = await Stage.create();
  const broken = [
    "alter table webhook_event drop constraint webhook_event_pkey",
    "alter table webhook_event add unique (provider, event_id) deferrable",
    "create unique index on webhook_event (provider, event_id) where status = 'done'",
    "create unique index on webhook_event (provider, event_id, status)",
    "create unique index on webhook_event (provider, lower(event_id))",
  ];
  for (const statement of broken) {
    await stage.truth.unsafe(statement);
    await assert.rejects(stage.open(), MissingConstraint, statement);
  }
  await stage.truth.unsafe("alter table webhook_event drop constraint webhook_event_provider_event_id_key");
  const refusal = await stage.open().catch((error) => error);
  await stage.truth.unsafe(refusal.statement);
  const dedupe = await stage.open();
  await stage.truth.unsafe("alter table webhook_event drop constraint webhook_event_once");
  await assert.rejects(dedupe.transactional(event("a"), () => 1), MissingConstraint);
  await assert.rejects(dedupe.leased(event("a"), () => 1), MissingConstraint);
  await assert.rejects(dedupe.batch([event("a")], intoLedger), MissingConstraint);
});

Deno.test("where transactions alone are used, the check at the start goes over their connection, and is as strict", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open({ checksOver: "transactions" });
  assert.equal((await dedupe.transactional(event("a"), () => 1)).verdict, "first");
  assert.equal((await stage.backends()).length, 1);
  await stage.truth.unsafe("alter table webhook_event drop constraint webhook_event_pkey");
  await assert.rejects(stage.open({ checksOver: "transactions" }), MissingConstraint);
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  relay.gate = (chunk, way) => way === "up" && says(chunk, "webhook_event_token") ? "cut" : chunk;
  await assert.rejects(stage.open({ url, checksOver: "transactions" }), StoreUnavailable);
  await assert.rejects(stage.open({ checksOver: "both" as "statements" }), TypeError);
});

Deno.test("without its table or its rising sequence the dedupe refuses to start", async () => {
  await using stage = await Stage.create();
  await stage.truth.unsafe("alter sequence webhook_event_token cache 20");
  const refusal = await stage.open().catch((error) => error);
  assert.ok(refusal instanceof MissingConstraint);
  await stage.truth.unsafe(refusal.statement);
  await stage.open();
  await stage.truth.unsafe("alter table webhook_event rename to other");
  await assert.rejects(stage.open(), /no table webhook_event/);
});

Deno.test("a batch gives each event its verdict, and writes the effects of the new ones alone", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  const odd = 'odd "id" \\ {,} é';
  const verdicts = await dedupe.batch([event("b"), event("a"), event("a"), event("a", "{}"), event(odd)], intoLedger);
  assert.deepEqual(verdicts.map((one) => one.verdict), ["first", "first", "duplicate", "conflict", "first"]);
  const again = await dedupe.batch([event("c"), event("a"), event("b", "{}")], intoLedger);
  assert.deepEqual(again.map((one) => one.verdict), ["first", "duplicate", "conflict"]);
  for (const id of ["a", "b", "c", odd]) assert.deepEqual(await stage.count(id), { effects: 1, claims: 1 });
  const [row] = await stage.truth`select note from effect where event_id = ${odd}`;
  assert.equal(row?.["note"], event(odd).body);
  assert.deepEqual(await dedupe.batch([], intoLedger), []);
});

Deno.test("a batch whose effect fails claims nothing, and the mistake surfaces", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  await assert.rejects(dedupe.batch([event("a")], "insert into nowhere select event_id from fresh"), { code: "42P01" });
  assert.deepEqual(await stage.count("a"), { effects: 0, claims: 0 });
});

Deno.test("batches of the same events in other orders, at once, neither double nor lose nor block each other", async () => {
  await using stage = await Stage.create();
  const instances = await Promise.all([stage.open(), stage.open(), stage.open()]);
  const events = Array.from({ length: 60 }, (_, n) => event(`e${n}`));
  const all = await Promise.all(
    Array.from({ length: 12 }, (_, n) => instances[n % 3]!.batch(n % 2 ? events : [...events].reverse(), intoLedger)),
  );
  const firsts = all.flat().filter((one) => one.verdict === "first").length;
  assert.equal(firsts, 60);
  assert.ok(all.flat().every((one) => one.verdict === "first" || one.verdict === "duplicate"));
  for (const { id } of events) assert.deepEqual(await stage.count(id), { effects: 1, claims: 1 });
});

Deno.test("a batch that meets an open claim is busy as a whole, and nothing of it happened", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  await dedupe.transactional(event("a"), async () => {
    const verdicts = await dedupe.batch([event("a"), event("b")], intoLedger);
    assert.deepEqual(verdicts.map((one) => one.verdict), ["busy", "busy"]);
  });
  assert.deepEqual(await stage.count("b"), { effects: 0, claims: 0 });
});

Deno.test("pruning forgets what is older than the retention, in small batches, and keeps live leases and other providers", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open({ retentionMs: 60_000, leaseMs: 60_000 });
  const other = await stage.open({ provider: "other" });
  await dedupe.batch(Array.from({ length: 25 }, (_, n) => event(`old${n}`)), intoLedger);
  await other.batch([event("old0")], intoLedger);
  await dedupe.leased(event("leased"), async () => {
    await stage.truth`update webhook_event set received_at = clock_timestamp() - interval '2 minutes'`;
    await dedupe.batch([event("young")], intoLedger);
    assert.equal(await dedupe.prune({ rowsAtOnce: 4, rowsMax: 10 }), 10);
    assert.equal(await dedupe.prune({ rowsAtOnce: 4 }), 15);
    assert.equal(await dedupe.prune(), 0);
  });
  const rows = await stage.truth`select provider || ':' || event_id as key from webhook_event order by 1`;
  assert.deepEqual(rows.map((row) => row["key"]), ["default:leased", "default:young", "other:old0"]);
});

Deno.test("ids that the table could not tell apart, and options that cannot work, are refused by name", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  for (const id of ["", "x".repeat(257), "a\0b", "a\ud800"]) {
    await assert.rejects(dedupe.leased(event(id), () => 1), TypeError);
  }
  await assert.rejects(openDedupe({ url: "http://localhost" }), TypeError);
  await assert.rejects(openDedupe({ url: stage.url, deadlineMs: 0 }), /deadlineMs/);
});

Deno.test("every backend ended under traffic of all modes: the process lives, and claims and effects agree", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open({ connectionsMax: 4 });
  for (let round = 0; round < 10; round++) {
    const calls = Array.from({ length: 12 }, (_, n) => {
      const id = `r${round}.${n}`;
      if (n % 3 === 0) return dedupe.batch([event(id)], intoLedger);
      if (n % 3 === 1) {
        return dedupe.leased(event(`lease${id}`), () => new Promise((resolve) => setTimeout(resolve, 3)));
      }
      return dedupe.transactional(event(id), async (tx) => {
        await new Promise((resolve) => setTimeout(resolve, n));
        await tx.query("insert into effect values ($1, 'once')", [id]);
      });
    });
    const settled = Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve, round));
    await stage.endBackends();
    for (const one of await settled) {
      if (one.status === "rejected") assert.ok(one.reason.retryAfterMs > 0, String(one.reason?.stack));
    }
  }
  const strays = await stage.truth`
    select from effect full join webhook_event using (event_id)
    where (effect.event_id is null or webhook_event.event_id is null) and event_id not like 'lease%'`;
  assert.equal(strays.length, 0);
  assert.equal((await dedupe.leased(event("last"), () => 1)).verdict, "first");
  assert.equal((await dedupe.transactional(event("last2"), () => 1)).verdict, "first");
});

Deno.test("connection slots used up: nothing happened, and the call says so at once", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  const role = stage.schema;
  await stage.truth.unsafe(`create role ${role} login connection limit 1; grant all on schema ${role} to ${role};
    grant all on all tables in schema ${role} to ${role}; grant all on all sequences in schema ${role} to ${role}`);
  const url = new URL(stage.url);
  url.username = role;
  const narrow = await stage.open({ url });
  await assert.rejects(narrow.transactional(event("a"), () => assert.fail()), StoreUnavailable);
  await assert.rejects(openDedupe({ url, schema: stage.schema, deadlineMs: 1_000 }), StoreUnavailable);
  assert.equal((await dedupe.transactional(event("a"), () => 1)).verdict, "first");
  await narrow.close();
  await stage.truth.unsafe(`drop owned by ${role}; drop role ${role}`);
});

Deno.test("after close the server counts no session of ours, calls in flight were answered, and new ones are refused", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  const calls = [
    dedupe.leased(event("a"), () => new Promise((resolve) => setTimeout(resolve, 50))),
    dedupe.transactional(event("b"), () => new Promise((resolve) => setTimeout(resolve, 50))),
  ];
  await dedupe.close();
  for (const call of calls) assert.equal((await call).verdict, "first");
  await assert.rejects(dedupe.leased(event("c"), () => assert.fail()), StoreUnavailable);
  await until("no session is left", async () => (await stage.backends()).length === 0, 1_000);
});

Deno.test("close ends in time although the road is a black hole", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const dedupe = await stage.open({ url, deadlineMs: 400 });
  await dedupe.transactional(event("a"), () => 1);
  await dedupe.leased(event("b"), () => 1);
  relay.gate = () => undefined;
  const startedAtMs = performance.now();
  await dedupe.close();
  assert.ok(performance.now() - startedAtMs < 1_500);
});
