/** Pushing: once an id, whatever and however often; when a conversation falls due; what is refused and what is kept as it is. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { says } from "../dedupe/fixtures/relay.ts";
import { OutcomeUnknown } from "../errors.ts";
import { dueAtMs, message, near, pass, Stage, times, until } from "./fixtures/stage.ts";

Deno.test("an id is accepted once, at however many instances it is pushed at the same moment", async () => {
  await using stage = new Stage();
  const instances = await Promise.all([1, 2, 3].map(() => stage.open()));
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => {
    return instances[n % 3]!.push("c", message(`m${n % 20}`));
  }));
  assert.equal(answers.filter((answer) => answer === "accepted").length, 20);
  assert.equal(answers.filter((answer) => answer === "duplicate").length, 40);
  await stage.settle(instances[0]!, "c");
  assert.equal(new Set(stage.ids().flatMap((ids) => ids.split(" "))).size, 20);
  assert.equal((await instances[1]!.stats()).messages, 0);
});

Deno.test("an id that comes late, when its batch is long done, adds nothing; the same id elsewhere is another message", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open();
  await debouncer.push("c", message("m1"));
  await stage.settle(debouncer, "c");
  assert.equal(await debouncer.push("c", message("m1")), "duplicate");
  assert.deepEqual(await debouncer.turn(stage.record(), { conversation: "c" }), {
    handled: [],
    settled: true,
    waitMs: undefined,
  });
  assert.equal(await debouncer.push("d", message("m1")), "accepted");
  // Names that would meet if they were only put side by side.
  assert.equal(await debouncer.push("1:a", message("b:c")), "accepted");
  assert.equal(await debouncer.push("1:a:b", message("c")), "accepted");
});

Deno.test("a push whose answer is lost is accepted once, however often it is repeated", async () => {
  await using stage = new Stage();
  const { debouncer, relay } = await stage.openBehind();
  await debouncer.push("c", message("m1"));
  relay.gate = (chunk, way) => way === "down" ? "cut" : chunk;
  await assert.rejects(debouncer.push("c", message("m2")), OutcomeUnknown);
  relay.gate = (chunk) => chunk;
  assert.equal(await debouncer.push("c", message("m2")), "duplicate");
  await stage.settle(debouncer, "c");
  assert.deepEqual(stage.ids(), ["m1 m2"]);
});

Deno.test("a push that is held on the road and arrives after its repetition was handled adds nothing", async () => {
  await using stage = new Stage();
  const { debouncer: slow, relay } = await stage.openBehind({ deadlineMs: 200 });
  const other = await stage.open();
  await slow.push("c", message("warm"));
  let arrive = () => {};
  relay.gate = (chunk, way, connection) => {
    if (way !== "up" || !says(chunk, "late1")) return way === "up" && chunk.length === 0 ? undefined : chunk;
    arrive = () => relay.pairs[connection]?.server.write(chunk);
    return undefined;
  };
  await assert.rejects(slow.push("c", message("late1")), OutcomeUnknown);
  assert.equal(await other.push("c", message("late1")), "accepted");
  await stage.settle(other, "c");
  arrive();
  await pass(50);
  assert.deepEqual(stage.ids(), ["warm late1"]);
  assert.equal((await other.stats()).messages, 0);
});

Deno.test("a new message restarts the quiet time, a repeated one does not", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ quietMs: 150, maxWaitMs: 10_000 });
  await debouncer.push("c", message("m1"));
  await pass(80);
  await debouncer.push("c", message("m2"));
  await pass(80);
  await debouncer.push("c", message("m1"));
  await stage.settle(debouncer, "c");
  assert.deepEqual(stage.ids(), ["m1 m2"]);
  const [batch] = stage.batches;
  assert.ok(batch!.lateMs >= 0);
  near(dueAtMs(batch!), batch!.messages[1]!.acceptedAtMs + 150);
});

Deno.test("maxWait caps the quiet time, counted from the first message of the batch", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ quietMs: 100, maxWaitMs: 200 });
  const endsAtMs = performance.now() + 10_000;
  for (let n = 0; stage.batches.length < 2 && performance.now() < endsAtMs; n++) {
    await debouncer.push("c", message(`m${n}`));
    await debouncer.turn(stage.record(), { conversation: "c" });
    await pass(10);
  }
  assert.equal(stage.batches.length, 2);
  for (const batch of stage.batches) {
    const [first, last] = [batch.messages[0]!.acceptedAtMs, batch.messages.at(-1)!.acceptedAtMs];
    near(dueAtMs(batch), Math.min(first + 200, last + 100));
  }
});

Deno.test("a conversation is pushed to while its batch is in flight: those messages are the next batch, after a quiet time", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open();
  await debouncer.push("c", message("m1"));
  let pushedAtMs = 0;
  const firedAtMs: number[] = [];
  await stage.settle(
    debouncer,
    "c",
    stage.record(async () => {
      firedAtMs.push(performance.now());
      if (pushedAtMs > 0) return;
      await debouncer.push("c", message("m2"));
      pushedAtMs = performance.now();
    }),
  );
  assert.deepEqual(stage.ids(), ["m1", "m2"]);
  assert.ok(firedAtMs[1]! - pushedAtMs >= times.quietMs - 1);
});

Deno.test("odd names, and bodies of any bytes and lengths, come back as they were", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ messageBytesMax: 16 * 2 ** 20, deadlineMs: 10_000 });
  const names = [
    "{a}{b}",
    " a b ",
    "line\nbreak\r\n",
    "ünïcödé 🙂",
    "*?[x]",
    "0",
    "-1",
    "x".repeat(1_024),
    "é".repeat(512),
  ];
  const bytes = (length: number) => Buffer.alloc(length, Uint8Array.from({ length: 256 }, (_, n) => n * 7));
  const views = [bytes(0), bytes(256), bytes(10_001).subarray(1)].map((one) => new Uint8Array(one));
  const bodies = ["", " ", "a\0b\r\n🙂", "x".repeat(1_000), ...views, bytes(10_001).subarray(1)];
  for (const [n, name] of names.entries()) {
    for (const [m, body] of bodies.entries()) {
      await debouncer.push(name, { id: `${names[(n + m) % names.length]}`, body });
    }
  }
  await debouncer.push("large", message("t", "é".repeat(8 * 2 ** 20)));
  await debouncer.push("large", message("b", bytes(16 * 2 ** 20)));
  for (const name of [...names, "large"]) await stage.settle(debouncer, name);
  assert.equal(stage.batches.length, names.length + 2); // the two large ones do not fit into one batch
  for (const [n, name] of names.entries()) {
    const batch = stage.batches.find(({ conversation }) => conversation === name);
    assert.deepEqual(batch?.messages.map(({ id }) => id), bodies.map((_, m) => names[(n + m) % names.length]));
    const came = bodies.map((body) => typeof body === "string" ? body : new Uint8Array(body));
    assert.deepEqual(batch?.messages.map(({ body }) => body), came);
  }
  const large = stage.batches.filter(({ conversation }) => conversation === "large");
  assert.ok(large[0]?.messages[0]?.body === "é".repeat(8 * 2 ** 20)); // a difference would take long to print
  assert.ok(bytes(16 * 2 ** 20).equals(large[1]?.messages[0]?.body as Uint8Array));
});

Deno.test("what cannot be kept as it is, or is too long, is refused before anything is sent", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ messageBytesMax: 10 });
  const names = ["", "a\0b", "\ud800", "x".repeat(1_025), "é".repeat(513), "k".repeat(2 ** 20), 7 as unknown as string];
  for (const name of names) {
    await assert.rejects(debouncer.push(name, message("m", "")), TypeError, JSON.stringify(name).slice(0, 20));
    await assert.rejects(debouncer.push("c", message(name, "")), TypeError, JSON.stringify(name).slice(0, 20));
  }
  const bodies = ["x".repeat(11), "é".repeat(6), new Uint8Array(11), "\udc00", undefined, 7, { length: 3 }];
  for (const body of bodies) await assert.rejects(debouncer.push("c", { id: "m", body: body as string }), TypeError);
  assert.deepEqual((await stage.keys()).filter((key) => !key.endsWith(":shards")), []);
});

Deno.test("an id is remembered for rememberMs and no longer, so that memory is bounded", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ rememberMs: 100 });
  await debouncer.push("c", message("m1"));
  assert.equal(await debouncer.push("c", message("m1")), "duplicate");
  await stage.settle(debouncer, "c");
  const remembered = async () => (await stage.keys()).filter((key) => key.includes(":id:")).length;
  await until("Redis has dropped it", async () => await remembered() === 0);
  assert.equal(await debouncer.push("c", message("m1")), "accepted");
});

Deno.test("what is settled leaves nothing behind but remembered ids, the last token and the number of shards", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open();
  for (let n = 0; n < 50; n++) await debouncer.push(`c${n % 5}`, message(`m${n}`));
  for (let n = 0; n < 5; n++) await stage.settle(debouncer, `c${n}`);
  const left = (await stage.keys()).map((key) => key.replace(/.*}:/, "").replace(/:.*/, ""));
  assert.deepEqual([...new Set(left)].sort(), ["fence", "id", "shards"]);
});
