/** Transactional mode under faults: backends ended, replies lost, a COMMIT that comes late, black holes, cuts at any byte. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { HandlerTooSlow, OutcomeUnknown, StoreUnavailable, type Tx } from "./mod.ts";
import { blackHole, Relay, says } from "./fixtures/relay.ts";
import { Stage, until } from "./fixtures/stage.ts";

const effect = (id: string) => (tx: Tx) => tx.query("insert into effect values ($1, 'once')", [id]).then(() => id);
const event = (id: string, body = `{"id":"${id}"}`) => ({ id, body });
const deferred = () => {
  let resolve = () => {};
  const promise = new Promise<void>((done) => resolve = done);
  return { promise, resolve };
};

Deno.test("a backend that is ended while the handler awaits, with others on the pool, leaves no stray effect", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  for (let round = 0; round < 5; round++) {
    const [began, gate] = [deferred(), deferred()];
    const victim = dedupe.transactional(event(`v${round}`), async (tx) => {
      began.resolve();
      await gate.promise;
      return await effect(`v${round}`)(tx);
    });
    const verdict = assert.rejects(
      victim,
      (error) => error instanceof StoreUnavailable && error.happened === "nothing",
    );
    await began.promise;
    const pids = await stage.backends("transaction");
    const others = Array.from(
      { length: 8 },
      (_, n) => dedupe.transactional(event(`o${round}.${n}`), effect(`o${round}.${n}`)),
    );
    await stage.endBackends(pids.slice(0, 1));
    gate.resolve();
    await verdict;
    await Promise.allSettled(others);
    assert.deepEqual(await stage.count(`v${round}`), { effects: 0, claims: 0 });
    for (let n = 0; n < 8; n++) {
      const { effects, claims } = await stage.count(`o${round}.${n}`);
      assert.equal(effects, claims);
    }
    assert.equal((await dedupe.transactional(event(`v${round}`), effect(`v${round}`))).verdict, "first");
  }
});

Deno.test("the reply to COMMIT is lost: the outcome is unknown, and the resend is a duplicate", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const dedupe = await stage.open({ url });
  await dedupe.transactional(event("warm"), effect("warm"));
  let committing = false;
  relay.gate = (chunk, way) => {
    if (way === "up" && says(chunk, "commit\0")) committing = true;
    return way === "down" && committing && chunk.length > 0 ? "cut" : chunk;
  };
  await assert.rejects(dedupe.transactional(event("i"), effect("i")), OutcomeUnknown);
  relay.gate = (chunk) => chunk;
  assert.deepEqual(await dedupe.transactional(event("i"), effect("i")), { verdict: "duplicate" });
  assert.deepEqual(await stage.count("i"), { effects: 1, claims: 1 });
});

for (const inTime of [true, false]) {
  const when = inTime ? "before" : "after";
  Deno.test(`a COMMIT that arrives after its client gave up, ${when} the server did, leaves one effect`, async () => {
    await using stage = await Stage.create();
    const { relay, url } = await Relay.to(stage.url);
    await using _ = relay;
    const [slow, other] = [await stage.open({ url, deadlineMs: 800 }), await stage.open({ deadlineMs: 400 })];
    await slow.transactional(event("warm"), effect("warm"));
    const held: Buffer[] = [];
    let connection = 0;
    relay.gate = (chunk, way, n) => {
      if (held.length > 0) return undefined;
      if (way !== "up" || !says(chunk, "commit\0")) return chunk;
      [connection] = [n, held.push(chunk)];
      return undefined;
    };
    const call = slow.transactional(event("j"), async (tx) => {
      // The server gives up one deadline after the last statement, so a late statement keeps it waiting longer than us.
      await new Promise((resolve) => setTimeout(resolve, 400));
      return await effect("j")(tx);
    });
    await assert.rejects(call, OutcomeUnknown);
    assert.equal((await other.transactional(event("j"), effect("j"))).verdict, "busy");
    if (!inTime) await until("the server gave up", async () => (await stage.backends("transaction")).length === 0);
    relay.pairs[connection]?.server.write(held[0]!);
    if (inTime) await until("the late COMMIT is done", async () => (await stage.count("j")).claims === 1);
    assert.equal((await other.transactional(event("j"), effect("j"))).verdict, inTime ? "duplicate" : "first");
    assert.deepEqual(await stage.count("j"), { effects: 1, claims: 1 });
  });
}

Deno.test("in a black hole each call answers by its deadline, the server lets go, and the healed road works at once", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const dedupe = await stage.open({ url, deadlineMs: 600, connectionsMax: 3 });
  await dedupe.transactional(event("warm"), effect("warm"));
  const hole = deferred();
  const inTransaction = dedupe.transactional(event("k"), async (tx) => {
    relay.gate = blackHole;
    hole.resolve();
    return await effect("k")(tx);
  });
  await hole.promise;
  const startedAtMs = performance.now();
  const calls = [
    inTransaction,
    ...Array.from({ length: 6 }, (_, n) => dedupe.transactional(event(`k${n}`), effect("k"))),
  ];
  const settled = await Promise.allSettled(calls);
  assert.ok(performance.now() - startedAtMs < 900, "answered within the deadline");
  for (const one of settled) assert.ok(one.status === "rejected" && one.reason.happened === "nothing");
  relay.gate = (chunk) => chunk;
  const healedAtMs = performance.now();
  assert.equal((await dedupe.transactional(event("l"), effect("l"))).verdict, "first");
  assert.ok(performance.now() - healedAtMs < 300, "works at once");
  await until(
    "the forgotten transaction is gone",
    async () => (await stage.backends("transaction")).length === 0,
    2_000,
  );
  assert.equal((await dedupe.transactional(event("k"), effect("k"))).verdict, "first");
  assert.deepEqual(await stage.count("k"), { effects: 1, claims: 1 });
});

Deno.test("a handler that is too slow is rolled back at the deadline, and its late queries reject", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open({ deadlineMs: 300 });
  const late = deferred();
  let after: Promise<unknown> | undefined;
  const call = dedupe.transactional(event("m"), async (tx) => {
    await effect("m")(tx);
    await late.promise;
    after = effect("m")(tx);
    await after.catch(() => {});
  });
  await assert.rejects(call, HandlerTooSlow);
  late.resolve();
  await until("the handler went on", () => after !== undefined);
  await assert.rejects(after!);
  assert.deepEqual(await stage.count("m"), { effects: 0, claims: 0 });
  assert.equal((await dedupe.transactional(event("m"), effect("m"))).verdict, "first");
});

Deno.test("whatever byte of the transaction is cut, the resend leaves one effect, and the process lives", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const dedupe = await stage.open({ url });
  for (const way of ["up", "down"] as const) {
    for (let byte = 0, struck = true; struck; byte += 13) {
      const id = `${way}${byte}`;
      await dedupe.transactional(event(`warm${id}`), () => {});
      [struck, relay.gate] = [false, cutAt(byte, way, () => struck = true)];
      const outcome = await dedupe.transactional(event(id), effect(id)).catch((error) => error);
      relay.gate = (chunk) => chunk;
      const { effects } = await stage.count(id);
      if (struck) assert.ok(outcome instanceof StoreUnavailable && effects === 0 || outcome instanceof OutcomeUnknown);
      const again = await dedupe.transactional(event(id), effect(id));
      assert.ok(again.verdict === "duplicate" || again.verdict === "first");
      assert.deepEqual(await stage.count(id), { effects: 1, claims: 1 });
    }
  }
});

/** Lets so many bytes pass in one direction, then cuts that connection, once. */
function cutAt(bytes: number, way: "up" | "down", strike: () => void): Relay["gate"] {
  let [left, done] = [bytes, false];
  return (chunk, direction) => {
    if (direction !== way || done || chunk.length === 0) return chunk;
    left -= chunk.length;
    if (left > 0) return chunk;
    done = true;
    strike();
    return "cut";
  };
}
