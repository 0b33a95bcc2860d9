/** Batches: how they are put together, that one of a conversation is in flight at a time, and who holds them when. */

import assert from "node:assert/strict";
import { says } from "../dedupe/fixtures/relay.ts";
import { LeaseLost } from "../errors.ts";
import { openRedis } from "../redis.ts";
import { idsOf, message, pass, Stage, times, until } from "./fixtures/stage.ts";
import type { Batch } from "./mod.ts";
import { settingsOf } from "./options.ts";
import { scriptsOf } from "./scripts.ts";
import { Shard } from "./shard.ts";

Deno.test("a full batch is due at once, and what came behind it is the next, in the order of acceptance", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ quietMs: 300, maxWaitMs: 10_000, batchMax: 10 });
  for (let n = 0; n < 25; n++) await debouncer.push("c", message(`m${n}`));
  const twice = [1, 2].map(() => debouncer.turn(stage.record(), { conversation: "c" }));
  await Promise.all(twice); // the second finds it in flight, or takes the next
  await debouncer.turn(stage.record(), { conversation: "c" });
  const restedAtMs = performance.now();
  assert.deepEqual(stage.batches.map(({ full, messages }) => [full, messages.length]), [[true, 10], [true, 10]]);
  await stage.settle(debouncer, "c");
  assert.ok(performance.now() - restedAtMs > 100, "the rest waited for its quiet time");
  assert.equal(stage.batches.length, 3);
  assert.equal(stage.batches[2]?.full, false);
  assert.equal(stage.ids().join(" "), Array.from({ length: 25 }, (_, n) => `m${n}`).join(" "));
});

Deno.test("what stays behind a full batch has a longest wait of its own", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ quietMs: 100, maxWaitMs: 250, batchMax: 2 });
  await debouncer.push("c", message("m1"));
  await pass(90);
  await debouncer.push("c", message("m2"));
  await debouncer.push("c", message("m3"));
  const thirdAtMs = performance.now();
  await debouncer.turn(stage.record(), { conversation: "c" });
  let firedAtMs = 0;
  for (let n = 4; firedAtMs === 0 && n < 100; n++) {
    await debouncer.turn(stage.record(() => void (firedAtMs = performance.now())), { conversation: "c" });
    if (stage.batches.length === 1 && n === 4) await debouncer.push("c", message("m3")); // a repetition changes nothing
    await pass(10);
  }
  assert.deepEqual(stage.ids(), ["m1 m2", "m3"]);
  assert.ok(firedAtMs - thirdAtMs >= 99, `m3 alone waited ${firedAtMs - thirdAtMs} ms`);
});

Deno.test("a batch holds no more bytes than it may, but always one message", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ batchBytesMax: 1_000, quietMs: 5_000, maxWaitMs: 5_000 });
  for (let n = 0; n < 4; n++) await debouncer.push("c", message(`m${n}`, "x".repeat(400)));
  await debouncer.push("c", message("m4", "x".repeat(2_000)));
  await debouncer.push("c", message("m5", "x".repeat(2_000)));
  for (let n = 0; n < 6; n++) await debouncer.turn(stage.record(), { conversation: "c" });
  assert.deepEqual(stage.ids(), ["m0 m1", "m2 m3", "m4", "m5"]);
  assert.equal((await debouncer.stats()).messages, 0);
});

Deno.test("one batch of a conversation is in flight at a time; another conversation waits for nothing", async () => {
  await using stage = new Stage();
  const [one, two] = await Promise.all([stage.open({ batchMax: 1 }), stage.open({ batchMax: 1 })]);
  for (const id of ["m1", "m2"]) await one.push("c", message(id));
  await one.push("d", message("m3"));
  let finish = () => {};
  const first = one.turn(stage.record(() => new Promise((resolve) => finish = () => resolve(undefined))), {
    conversation: "c",
  });
  await until("the first is begun", () => stage.batches.length === 1);
  const meanwhile = await two.turn(stage.record(), { conversation: "c" });
  assert.deepEqual([meanwhile.handled.length, meanwhile.settled], [0, false]);
  await two.turn(stage.record(), { conversation: "d" });
  assert.deepEqual(stage.ids(), ["m1", "m3"]);
  finish();
  assert.equal((await first).settled, false);
  assert.equal((await two.turn(stage.record(), { conversation: "c" })).settled, true);
  assert.deepEqual(stage.ids(), ["m1", "m3", "m2"]);
});

Deno.test("of many takers at once one gets each batch, and tokens rise in the order of taking", async () => {
  await using stage = new Stage();
  const instances = await Promise.all([1, 2, 3].map(() => stage.open({ takeMax: 4 })));
  for (let n = 0; n < 60; n++) await instances[n % 3]!.push(`c${n}`, message("m"));
  await pass(times.quietMs + 5);
  for (let round = 0; round < 5; round++) await Promise.all(instances.map((one) => one.turn(stage.record())));
  assert.equal(new Set(stage.batches.map(({ conversation }) => conversation)).size, 60);
  assert.equal(stage.batches.length, 60);
  const tokens = stage.batches.map(({ token }) => token);
  assert.equal(new Set(tokens).size, 60);
  assert.equal(new Set(stage.batches.map(({ id }) => id)).size, 60);
});

Deno.test("a batch whose holder is gone is taken over after its lease: same id, same messages, a higher token", async () => {
  await using stage = new Stage();
  const { debouncer: gone, relay } = await stage.openBehind({ leaseMs: 150, closeMs: 1 });
  const other = await stage.open({ leaseMs: 150 });
  await gone.push("c", message("m1"));
  await gone.push("c", message("m2"));
  const stuck = stage.settle(gone, "c", stage.record(() => new Promise(() => {}))).catch((error) => error);
  await until("it is begun", () => stage.batches.length === 1);
  const takenAtMs = performance.now();
  relay.gate = () => "cut";
  await other.push("c", message("m3")); // comes behind
  await stage.settle(other, "c");
  assert.ok(performance.now() - takenAtMs >= 140);
  const [first, second] = stage.batches;
  assert.deepEqual(stage.ids(), ["m1 m2", "m1 m2", "m3"]);
  assert.equal(second!.id, first!.id);
  assert.equal(second!.key, first!.key);
  assert.deepEqual([first!.attempt, second!.attempt], [1, 2]);
  assert.ok(second!.token > first!.token);
  assert.ok(first!.signal.aborted, "the first was told to stop");
  await gone.close();
  await stuck;
});

Deno.test("an acknowledgement that is held past the lease and arrives after the takeover changes nothing", async () => {
  await using stage = new Stage();
  const { debouncer: slow, relay } = await stage.openBehind({ leaseMs: 100, deadlineMs: 300 });
  const other = await stage.open({ leaseMs: 5_000 });
  await slow.push("c", message("m1"));
  await pass(times.quietMs + 5);
  let arrive = (): void => assert.fail("nothing was held");
  const turn = slow.turn(
    stage.record((batch) => {
      relay.gate = (chunk, way, connection) => {
        if (way === "down") return chunk;
        if (says(chunk, batch.id)) arrive = () => void relay.pairs[connection]?.server.write(chunk);
        return undefined;
      };
    }),
    { conversation: "c" },
  );
  assert.deepEqual((await turn).handled.map(({ outcome }) => outcome), ["unknown"]);
  const takeover = other.turn(
    stage.record(async () => {
      arrive();
      await pass(50);
      assert.equal((await other.stats()).inFlight, 1, "the second holder's batch is still there");
    }),
    { conversation: "c" },
  );
  assert.deepEqual((await takeover).handled.map(({ outcome, settled }) => [outcome, settled]), [["done", true]]);
  assert.equal(stage.batches.length, 2);
});

Deno.test("a handler that is done after its lease is acknowledged if nobody has taken it over", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ leaseMs: 100 });
  await debouncer.push("c", message("m1"));
  await pass(times.quietMs + 5);
  const turn = await debouncer.turn(() => {
    const endsAtMs = performance.now() + 130; // it blocks its own event loop, as a stopped process does
    while (performance.now() < endsAtMs);
  }, { conversation: "c" });
  assert.deepEqual(turn.handled.map(({ outcome, settled }) => [outcome, settled]), [["done", true]]);
});

Deno.test("a handler that is not done when its lease ends has lost it, and the batch goes to whoever takes it over", async () => {
  await using stage = new Stage();
  const [short, other] = await Promise.all([stage.open({ leaseMs: 100 }), stage.open()]);
  await short.push("c", message("m1"));
  await pass(times.quietMs + 5);
  const turn = await short.turn(stage.record(() => pass(200)), { conversation: "c" });
  assert.deepEqual(turn.handled.map(({ outcome, settled }) => [outcome, settled]), [["expired", false]]);
  assert.ok(turn.handled[0]?.error instanceof LeaseLost);
  await stage.settle(other, "c");
  assert.deepEqual(stage.ids(), ["m1", "m1"]);
});

Deno.test("whoever comes back after a takeover is told that the batch is lost, whether it succeeded or failed", async () => {
  for (const fails of [false, true]) {
    await using stage = new Stage();
    const [first, second] = await Promise.all([stage.open(), stage.open()]);
    await first.push("c", message("m1"));
    await pass(times.quietMs + 5);
    const [leases] = (await stage.keys()).filter((key) => key.endsWith(":due")).map((key) =>
      key.replace(/due$/, "leases")
    );
    let finish = () => {};
    const turn = first.turn(
      stage.record(async () => {
        await new Promise<void>((resolve) => finish = resolve);
        if (fails) throw new Error("too late");
      }),
      { conversation: "c" },
    );
    await until("it is begun", () => stage.batches.length === 1);
    await stage.truth.zadd(leases!, 0, ":c"); // as if Redis's clock had been set ahead
    const takeover = second.turn(
      stage.record(async () => {
        finish();
        assert.deepEqual((await turn).handled.map(({ outcome, settled }) => [outcome, settled]), [["lost", false]]);
      }),
      { conversation: "c" },
    );
    assert.deepEqual((await takeover).handled.map(({ outcome }) => outcome), ["done"]);
  }
});

Deno.test("ids stay unique and tokens go on rising after Redis has forgotten everything", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open();
  const taken: Batch[] = [];
  for (let round = 0; round < 3; round++) {
    await debouncer.push("c", message("m1"));
    await stage.settle(debouncer, "c", (batch) => void taken.push(batch));
    await stage.truth.del(...await stage.keys());
  }
  assert.deepEqual(taken.map(idsOf), ["m1", "m1", "m1"]);
  assert.equal(new Set(taken.map(({ id }) => id)).size, 3);
  assert.ok(taken[0]!.token < taken[1]!.token && taken[1]!.token < taken[2]!.token);
});

Deno.test("a batch that is given back after a takeover stays with the next holder", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open();
  await debouncer.push("c", message("m1"));
  await pass(times.quietMs + 5);
  const settings = settingsOf({ url: stage.url, prefix: stage.prefix, ...times, leaseMs: 50 });
  await using redis = await openRedis({ url: stage.url, deadlineMs: 1_000 }, scriptsOf(settings));
  const [short, long] = [new Shard(redis, settings, 0), new Shard(redis, { ...settings, leaseMs: 5_000 }, 0)];
  const [first] = (await short.take(1)).batches;
  await pass(60);
  const [second] = (await long.take(1)).batches;
  assert.deepEqual([first!.attempt, second!.attempt], [1, 2]);
  await short.giveBack(first!);
  assert.deepEqual((await long.take(1)).batches, []);
  assert.deepEqual(await long.ack(second!), { done: true, open: false });
});
