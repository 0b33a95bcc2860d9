/** Transactional mode in good weather and with bad handlers. The faults are in `transactional_faults_test.ts`. */

import assert from "node:assert/strict";
import { TransactionMisused, type Tx } from "./mod.ts";
import { Stage } from "./fixtures/stage.ts";

const effect = (id: string) => (tx: Tx) => tx.query("insert into effect values ($1, 'once')", [id]).then(() => id);
const event = (id: string, body = `{"id":"${id}"}`) => ({ id, body });
const deferred = () => {
  let resolve = () => {};
  const promise = new Promise<void>((done) => resolve = done);
  return { promise, resolve };
};

Deno.test("the first delivery is processed, the second is a duplicate, another body is a conflict", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  assert.deepEqual(await dedupe.transactional(event("a"), effect("a")), { verdict: "first", value: "a" });
  assert.deepEqual(await dedupe.transactional(event("a"), effect("a")), { verdict: "duplicate" });
  assert.deepEqual(await dedupe.transactional(event("a", "{}"), effect("a")), { verdict: "conflict" });
  assert.deepEqual(await stage.count("a"), { effects: 1, claims: 1 });
});

Deno.test("of twenty deliveries at once on two instances one is first, and one effect is there", async () => {
  await using stage = await Stage.create();
  const instances = [await stage.open(), await stage.open()];
  const all = Array.from({ length: 20 }, (_, n) => instances[n % 2]!.transactional(event("b"), effect("b")));
  const verdicts = (await Promise.all(all)).map((answer) => answer.verdict).sort();
  assert.deepEqual(verdicts, [...Array(19).fill("duplicate"), "first"]);
  assert.deepEqual(await stage.count("b"), { effects: 1, claims: 1 });
});

Deno.test("a delivery that meets an open transaction of its event is told busy within its deadline", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  const gate = deferred();
  const began = deferred();
  const first = dedupe.transactional(event("c"), async (tx) => {
    began.resolve();
    await gate.promise;
    return await effect("c")(tx);
  });
  await began.promise;
  const startedAtMs = performance.now();
  assert.deepEqual(await dedupe.transactional(event("c"), effect("c")), { verdict: "busy", retryAfterMs: 500 });
  assert.ok(performance.now() - startedAtMs < 1_500);
  gate.resolve();
  assert.equal((await first).verdict, "first");
});

Deno.test("what the handler throws comes out unchanged, and nothing happened", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  const mistake = new TypeError("of the handler");
  const failing = dedupe.transactional(event("d"), async (tx) => {
    await effect("d")(tx);
    throw mistake;
  });
  await assert.rejects(failing, (error) => error === mistake);
  assert.deepEqual(await stage.count("d"), { effects: 0, claims: 0 });
  const broken = dedupe.transactional(event("d"), (tx) => tx.query("insert into no_such_table values (1)"));
  await assert.rejects(broken, { code: "42P01" });
  assert.equal((await dedupe.transactional(event("d"), effect("d"))).verdict, "first");
});

Deno.test("a handler that swallows a statement's error is not acknowledged, and nothing happened", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  const swallowing = dedupe.transactional(event("e"), async (tx) => {
    await effect("e")(tx);
    await tx.query("select 1 / 0").catch(() => {});
    return "fine";
  });
  await assert.rejects(swallowing, (error) => error instanceof TransactionMisused && error.happened === "nothing");
  const forgetting = dedupe.transactional(event("e"), (tx) => {
    tx.query("select 1 / 0");
    return "fine";
  });
  await assert.rejects(forgetting, TransactionMisused);
  assert.deepEqual(await stage.count("e"), { effects: 0, claims: 0 });
});

Deno.test("a handler may use savepoints, but may not end the transaction, nor use it afterwards", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  let kept: Tx | undefined;
  const saving = await dedupe.transactional(event("f"), async (tx) => {
    kept = tx;
    await tx.query("savepoint s");
    await tx.query("select 1 / 0").catch(() => {});
    await tx.query("rollback to savepoint s");
    return await effect("f")(tx);
  });
  assert.equal(saving.verdict, "first");
  await assert.rejects(kept!.query("insert into effect values ('f', 'stray')"), TransactionMisused);
  assert.deepEqual(await stage.count("f"), { effects: 1, claims: 1 });
  const leaving = dedupe.transactional(event("g"), async (tx) => {
    await tx.query("commit");
    await effect("g")(tx);
  });
  await assert.rejects(leaving, (error) => error instanceof TransactionMisused && error.happened === "unknown");
  assert.equal((await stage.count("g")).effects, 0);
  await assert.rejects(dedupe.transactional(event("h"), (tx) => tx.query("select 1; select 2")), { code: "42601" });
});
