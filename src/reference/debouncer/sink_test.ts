/** The sink: a batch and its effect once, through the fence, whatever comes twice, late, at the same moment, or with a Redis that forgot. */

import assert from "node:assert/strict";
import { batchOf, ledgerEffect, SinkStage } from "./fixtures/sink_stage.ts";
import { message, Stage, times } from "./fixtures/stage.ts";
import { LeaseLost, openSink, type Sink } from "./mod.ts";

Deno.test("a batch is committed once with its effect, by either driver, and its messages keep order and bytes", async () => {
  await using stage = await SinkStage.create();
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
  for (const [n, query] of [stage.query, stage.queryOfPostgres].entries()) {
    const sink = await stage.open(query);
    const conversation = `it's "${n}" {a} \n é🙂`;
    const messages = [
      { id: "z", body: bytes, acceptedAtMs: 0 },
      { id: "a'\\\"", body: "é\0\n", acceptedAtMs: 0 },
      { id: "m", body: "", acceptedAtMs: 0 },
    ];
    const batch = { ...batchOf(`b${n}`, 7, "x", conversation), messages };
    assert.equal(await sink.commit(batch), "committed");
    assert.equal(await sink.commit(batch), "duplicate");
    assert.equal(await sink.commit({ ...batch, token: 9n }), "duplicate");
    const rows = (await stage.ledger()).slice(3 * n);
    assert.deepEqual(rows.map(({ position, message_id }) => [position, message_id]), [[0, "z"], [1, "a'\\\""], [
      2,
      "m",
    ]]);
    assert.deepEqual(rows.map(({ conversation, token }) => [conversation, token]), Array(3).fill([conversation, "7"]));
    assert.deepEqual(rows.map(({ body }) => [...body]), [[...bytes], [195, 169, 0, 10], []]);
  }
  assert.equal((await stage.ledger()).length, 6);
});

Deno.test("a holder that comes after a later one has committed is refused, and nothing of it is written", async () => {
  await using stage = await SinkStage.create();
  const sink = await stage.open();
  assert.equal(await sink.commit(batchOf("b2", 20, "m2")), "committed");
  await assert.rejects(sink.commit(batchOf("b1", 10, "m1")), LeaseLost);
  assert.equal(await sink.commit(batchOf("b2", 10, "m2")), "duplicate", "it is committed, by whomever");
  assert.equal(
    await sink.commit(batchOf("b1", 10, "m1", "d")),
    "committed",
    "another conversation has a fence of its own",
  );
  assert.equal(await sink.commit(batchOf("b1", 30, "m1")), "duplicate");
  assert.deepEqual((await stage.ledger()).map(({ message_id }) => message_id), ["m2", "m1"]);
  const other = await openSink({ query: stage.query, effect: ledgerEffect, debouncer: "other" });
  assert.equal(await other.commit(batchOf("b2", 1, "m2")), "committed", "another debouncer has its own too");
});

Deno.test("of two holders at the same moment one commits, the other finds it committed or comes too late", async () => {
  await using stage = await SinkStage.create();
  const sinks = await Promise.all([stage.open(), stage.open(stage.queryOfPostgres)]);
  for (let round = 0; round < 40; round++) {
    const id = `b${round}`;
    const tokens = [round * 10 + 1, round * 10 + 2, round * 10 + 3];
    const answers = await Promise.all(tokens.map((token, n) => {
      return sinks[n % 2]!.commit(batchOf(id, token, `m${round}`)).catch((error) => {
        if (error instanceof LeaseLost) return "refused";
        throw error;
      });
    }));
    assert.equal(answers.filter((answer) => answer === "committed").length, 1, answers.join());
  }
  assert.equal((await stage.ledger()).length, 40);
});

Deno.test("an effect that fails takes the whole batch with it: nothing is committed, and the next attempt may", async () => {
  await using stage = await SinkStage.create();
  await stage.truth`create table once (id text primary key)`;
  const effect = `insert into once select message_id from fresh`;
  const sink = await stage.open(stage.query, effect);
  await stage.truth`insert into once values ('m1')`;
  await assert.rejects(sink.commit(batchOf("b1", 1, "m1 m2")), /duplicate key/);
  await stage.truth`delete from once`;
  assert.equal(await sink.commit(batchOf("b1", 1, "m1 m2")), "committed");
});

Deno.test("a batch whose lease has ended is not even sent", async () => {
  await using stage = await SinkStage.create();
  const sink = await stage.open();
  const signal = AbortSignal.abort(new LeaseLost("over"));
  await assert.rejects(sink.commit({ ...batchOf("b1", 1, "m1"), signal }), LeaseLost);
  assert.equal((await stage.ledger()).length, 0);
});

Deno.test("a sink without its tables, its constraints or a good effect does not open", async () => {
  await using stage = await SinkStage.create();
  for (const query of [stage.query, stage.queryOfPostgres]) {
    await assert.rejects(stage.open(query, " "), TypeError);
    await assert.rejects(stage.open(query, "insert into ledger (nothing) select 1 from fresh"), /"nothing"/);
  }
  await stage.truth.unsafe("create function said(text) returns text language sql as 'select $1'");
  for (const query of [stage.query, stage.queryOfPostgres]) {
    const nothing = /has to be an INSERT/;
    await assert.rejects(stage.open(query, "select said(conversation) from fresh"), nothing);
    const always = /has to read from fresh/;
    await assert.rejects(stage.open(query, "insert into ledger (batch_id) values ('x')"), always);
    await stage.open(query, "update ledger set token = fresh.token from fresh where ledger.batch_id = fresh.batch_id");
    await stage.open(query, "with new as (select * from fresh) insert into ledger (batch_id) select batch_id from new");
    await stage.open(query, "delete from ledger where message_id in (select message_id from fresh)");
  }
  await stage.truth`alter table debounced_batch drop constraint debounced_batch_pkey`;
  await assert.rejects(stage.open(), /no unique or exclusion constraint/);
  await stage.truth`drop table debounced_conversation`;
  await assert.rejects(stage.open(), /debounced_conversation/);
});

Deno.test("old rows are forgotten, a few a call, and young ones are kept", async () => {
  await using stage = await SinkStage.create();
  const sink = await stage.open();
  for (let n = 0; n < 5; n++) await sink.commit(batchOf(`b${n}`, 1, "m", `c${n}`));
  assert.equal(await sink.prune({ retentionMs: 60_000 }), 0);
  for (const table of ["debounced_batch", "debounced_conversation"]) {
    await stage.truth.unsafe(
      `update ${table} set committed_at = committed_at - interval '1 hour' where conversation < 'c3'`,
    );
  }
  assert.equal(await sink.prune({ retentionMs: 60_000, rowsMax: 2 }), 4);
  assert.equal(await sink.prune({ retentionMs: 60_000 }), 2);
  assert.equal(await sink.prune({ retentionMs: 60_000 }), 0);
  for (const retentionMs of [0, -1, NaN, Infinity, 1.5]) await assert.rejects(sink.prune({ retentionMs }), TypeError);
  await assert.rejects(sink.prune({ retentionMs: 1, rowsMax: 0 }), TypeError);
  assert.equal(await sink.commit(batchOf("b4", 1, "m", "c4")), "duplicate");
});

Deno.test("when a Redis has forgotten, and its clock is behind, new batches wait for it and are committed: none is lost", async () => {
  await using postgres = await SinkStage.create();
  await using stage = new Stage();
  const debouncer = await stage.open({ retryMs: 100, attemptsMax: 10 });
  const sink: Sink = await postgres.open();
  await debouncer.push("c", message("m1"));
  await stage.settle(debouncer, "c", (batch) => sink.commit(batch));
  await stage.truth.del(...await stage.keys());
  // What a holder has committed by a clock that was 400 ms ahead of the one that is asked now.
  await postgres.truth`update debounced_conversation set token = token + ${400_000 + times.quietMs * 1_000}`;
  await debouncer.push("c", message("m2"));
  const outcomes: string[] = [];
  const turn = await stage.settle(debouncer, "c", async (batch) => {
    outcomes.push(
      await sink.commit(batch).catch((error) => {
        outcomes.push(error.name);
        throw error;
      }),
    );
  });
  assert.deepEqual(turn.handled.map(({ outcome }) => outcome), ["done"]);
  assert.deepEqual([...new Set(outcomes)], ["LeaseLost", "committed"]);
  assert.deepEqual((await postgres.ledger()).map(({ message_id }) => message_id), ["m1", "m2"]);
});
