/** The loop in the background: punctual, bounded, shared by instances that come and go, and closed without a loss. */

import assert from "node:assert/strict";
import { StoreUnavailable } from "../errors.ts";
import { message, pass, Stage, until } from "./fixtures/stage.ts";
import type { Stats } from "./mod.ts";

Deno.test("what falls due is handled when it falls due, wherever it was pushed", async () => {
  await using stage = new Stage();
  const [pusher, handler] = await Promise.all([stage.open(), stage.open({ quietMs: 50, pollMs: 10_000 })]);
  const running = handler.run(stage.record());
  for (let n = 0; n < 20; n++) {
    await pusher.push(`c${n}`, message("m"));
    await pass(7);
  }
  await until("all are handled", () => stage.batches.length === 20);
  const lateMs = stage.batches.map((batch) => batch.lateMs).sort((one, other) => one - other);
  assert.ok(lateMs[10]! < 500, `late by ${lateMs.join(", ")} ms`); // the poll alone would be later
  await handler.close();
  await running;
});

Deno.test("a batch that is filled here is handled at once, one that is filled elsewhere within the poll time", async () => {
  await using stage = new Stage();
  const options = { quietMs: 10_000, maxWaitMs: 10_000, batchMax: 2 };
  const [pusher, handler] = await Promise.all([stage.open(options), stage.open({ ...options, pollMs: 400 })]);
  const running = handler.run(stage.record());
  await pass(50);
  for (const id of ["m1", "m2"]) await handler.push("c", message(id));
  await until("the own one is handled", () => stage.batches.length === 1, 2_500);
  for (const id of ["m1", "m2"]) await pusher.push("d", message(id));
  await until("the other one is handled", () => stage.batches.length === 2, 2_500);
  await handler.close();
  await running;
});

Deno.test("no more batches are handled at a time than concurrencyMax", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ concurrencyMax: 5, takeMax: 3, shards: 2, batchMax: 1 });
  for (let n = 0; n < 40; n++) await debouncer.push(`c${n}`, message("m"));
  let [now, most] = [0, 0];
  const running = debouncer.run(stage.record(async () => {
    most = Math.max(most, ++now);
    await pass(5);
    now--;
  }));
  await until("all are handled", () => stage.batches.length === 40);
  assert.equal(most, 5);
  await debouncer.close();
  await running;
});

Deno.test("the loop outlives a road that is cut again and again, and everything is handled", async () => {
  await using stage = new Stage();
  const { debouncer, relay } = await stage.openBehind({ leaseMs: 200, deadlineMs: 500 });
  const pusher = await stage.open();
  const running = debouncer.run(stage.record());
  for (let n = 0; n < 30; n++) {
    await pusher.push(`c${n}`, message("m"));
    if (n % 5 === 0) relay.pairs.forEach((_, connection) => relay.cut(connection));
    await pass(10);
  }
  await until("nothing is left", async () => (await pusher.stats()).messages === 0);
  assert.equal(new Set(stage.batches.map(({ conversation }) => conversation)).size, 30);
  await debouncer.close();
  await running;
});

Deno.test("close waits for handlers, takes nothing more, and refuses what comes", async () => {
  await using stage = new Stage();
  const [debouncer, other] = await Promise.all([stage.open({ batchMax: 1 }), stage.open({ batchMax: 1 })]);
  await debouncer.push("c", message("m1"));
  let ended = false;
  const running = debouncer.run(stage.record(async () => {
    await pass(100);
    ended = true;
  }));
  await until("it is begun", () => stage.batches.length === 1);
  await debouncer.push("c", message("m2"));
  const closing = debouncer.close();
  await assert.rejects(debouncer.push("c", message("m3")), StoreUnavailable);
  await assert.rejects(debouncer.turn(() => {}), StoreUnavailable);
  await Promise.all([closing, running]);
  assert.ok(ended);
  assert.deepEqual(stage.ids(), ["m1"]);
  const { inFlight, pending } = await other.stats();
  assert.deepEqual({ inFlight, pending }, { inFlight: 0, pending: 1 });
});

Deno.test("close gives back what was taken and not begun: the next instance need not wait for the lease", async () => {
  await using stage = new Stage();
  const { debouncer, relay } = await stage.openBehind({ leaseMs: 60_000, batchMax: 1 });
  const other = await stage.open({ batchMax: 1 });
  await other.push("c", message("m1"));
  let held: (() => void) | undefined;
  relay.gate = (chunk, way, connection) => {
    if (way === "up" || chunk.length === 0 || held !== undefined) return chunk;
    held = () => void relay.pairs[connection]?.client.write(chunk);
    return undefined;
  };
  const turn = debouncer.turn(stage.record(), { conversation: "c" });
  await until("its answer is on the way", () => held !== undefined);
  const closing = debouncer.close();
  held!();
  assert.deepEqual((await turn).handled, []);
  await closing;
  await other.turn(stage.record(), { conversation: "c" });
  assert.deepEqual(stage.batches.map(({ attempt }) => attempt), [1]);
});

Deno.test("a handler that does not end in closeMs is told to stop and left to its lease; close does not hang", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ closeMs: 50, batchMax: 1, leaseMs: 1_000 });
  await debouncer.push("c", message("m1"));
  const running = debouncer.run(stage.record(() => new Promise(() => {})));
  await until("it is begun", () => stage.batches.length === 1);
  await Promise.all([debouncer.close(), running]);
  assert.ok(stage.batches[0]!.signal.aborted);
  await stage.settle(await stage.open(), "c");
  assert.deepEqual(stage.ids(), ["m1", "m1"]);
});

Deno.test("figures say what waits, what is in flight and how late it is, and come to the hook while the loop runs", async () => {
  await using stage = new Stage();
  const told: Stats[] = [];
  const options = { quietMs: 60, onStats: (stats: Stats) => told.push(stats), statsMs: 10, concurrencyMax: 1 };
  const debouncer = await stage.open(options);
  for (let n = 0; n < 6; n++) await debouncer.push(`c${n % 3}`, message(`m${n}`));
  assert.deepEqual(await debouncer.stats().then(({ oldestMs, ...rest }) => ({ ...rest, waits: oldestMs > 0 })), {
    pending: 3,
    inFlight: 0,
    messages: 6,
    dead: 0,
    lateMs: 0,
    waits: true,
  });
  let finish = () => {};
  const running = debouncer.run(stage.record(() => new Promise<void>((resolve) => finish = resolve)));
  await until("the rest is late", () =>
    told.some(({ inFlight, pending, lateMs }) => {
      return inFlight === 1 && pending === 2 && lateMs > 20;
    }));
  const freed = setInterval(() => finish(), 5);
  await until("nothing is left", () => told.at(-1)?.messages === 0);
  clearInterval(freed);
  await debouncer.close();
  await running;
});

Deno.test("the figures find who waits behind those that are put off, and batches that nobody takes again", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ quietMs: 40, maxWaitMs: 60_000, retryMs: 100, leaseMs: 200 });
  await debouncer.push("busy", message("m0"));
  await debouncer.push("waits", message("m"));
  for (let n = 1; n <= 10; n++) {
    await pass(20);
    await debouncer.push("busy", message(`m${n}`));
  }
  const { lateMs, oldestMs } = await debouncer.stats();
  assert.ok(lateMs > 100 && oldestMs > lateMs, `${lateMs} ms late, ${oldestMs} ms old`);
  await debouncer.turn(() => Promise.reject(new Error("not yet")), { conversation: "waits" });
  await pass(150);
  const { inFlight, ...after } = await debouncer.stats();
  assert.equal(inFlight, 1);
  assert.ok(after.lateMs > 40 && after.oldestMs >= oldestMs + 150, `${after.lateMs} ms late, ${after.oldestMs} ms old`);
});

Deno.test("a hook that fails later than it returns decides nothing either", async () => {
  await using stage = new Stage();
  const fails = async () => {
    await pass(1);
    throw new Error("of the hook");
  };
  const debouncer = await stage.open({ attemptsMax: 1, log: fails, onHandled: fails, onStats: fails, statsMs: 5 });
  await debouncer.push("c", message("m1"));
  const running = debouncer.run(() => Promise.reject(new Error("of the handler")));
  await until("it is dead", async () => (await debouncer.stats()).dead === 1);
  await debouncer.close();
  await running;
});
