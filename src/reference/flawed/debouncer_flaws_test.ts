/** Each flawed twin of the debouncer shows its flaw where it is provoked directly. */

import assert from "node:assert/strict";
import { idsOf, message, pass, Stage, times, until } from "../debouncer/fixtures/stage.ts";
import { Keys } from "../debouncer/keys.ts";
import { type Debouncer, type DebouncerOptions, type Handler, openDebouncer, type Turn } from "../debouncer/mod.ts";
import { type Gate, Relay, says } from "../dedupe/fixtures/relay.ts";
import { OutcomeUnknown } from "../errors.ts";
import { openEmptyThenRelease } from "./empty_then_release.ts";
import { openFailedByAnybody } from "./failed_by_anybody.ts";
import { openInOneProcess } from "./in_one_process.ts";
import { openLastInFirstOut } from "./last_in_first_out.ts";
import { openLpopThenHandle } from "./lpop_then_handle.ts";
import { openLrangeThenDel } from "./lrange_then_del.ts";
import { openProducersClock } from "./producers_clock.ts";
import { openPushResent } from "./push_resent.ts";
import { openTakenOffTheList } from "./taken_off_the_list.ts";

type Twin = Pick<Debouncer, "push" | "turn"> & AsyncDisposable;
type Open = (options: DebouncerOptions) => Promise<Twin>;

/** Instances of a twin, the first of them on a road that the test disturbs. */
async function onBadRoad(open: Open, options: Partial<DebouncerOptions> = {}) {
  await using made = new AsyncDisposableStack();
  const stage = made.use(new Stage());
  const { relay, url } = await Relay.to(stage.url);
  made.use(relay);
  const all = { prefix: stage.prefix, ...times, ...options };
  const twin = made.use(await open({ ...all, url }));
  const other = made.use(await open({ ...all, url: stage.url }));
  const step = (at: Twin, handler: Handler = stage.record()): Promise<Turn> => at.turn(handler, { conversation: "c" });
  const rest = made.move();
  return { stage, relay, twin, other, step, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

/** Cuts the reply to the first request that says the text. */
function cutReplyTo(text: string): Gate {
  let state: "waiting" | "asked" | "cut" = "waiting";
  return (chunk, way) => {
    if (state === "waiting" && way === "up" && says(chunk, text)) state = "asked";
    else if (state === "asked" && way === "down" && chunk.length > 0) {
      state = "cut";
      return "cut";
    }
    return chunk;
  };
}

/** Holds the nth script that is called from now on, until it is let go. */
function holdNth(relay: Relay, nth: number) {
  const held = { is: false, letGo: () => {} };
  let called = 0;
  relay.gate = (chunk, way, connection) => {
    if (way !== "up" || !says(chunk, "evalsha") || ++called !== nth) return chunk;
    held.is = true;
    held.letGo = () => void relay.pairs[connection]!.server.write(chunk);
    return undefined;
  };
  return held;
}

const quietMs = 1.2 * times.quietMs;

Deno.test("in one process: two instances each hand on what came to them, and whoever ends takes the rest along", async () => {
  await using road = await onBadRoad(openInOneProcess);
  const { stage, twin, other, step } = road;
  await twin.push("c", message("m1"));
  await other.push("c", message("m2"));
  await until("the first has handled its own", async () => (await step(twin)).handled.length > 0);
  assert.deepEqual(stage.ids(), ["m1"]);
  assert.equal((await step(twin)).settled, true);
  await other[Symbol.asyncDispose]();
  await using next = await openInOneProcess({ url: stage.url, prefix: stage.prefix, ...times });
  assert.equal((await step(next)).settled, true);
  assert.deepEqual(stage.ids(), ["m1"]);
});

Deno.test("push resent: the reply to a push is lost, the call resolves, and the message stands twice in its batch", async () => {
  await using road = await onBadRoad(openPushResent);
  road.relay.gate = cutReplyTo("-- push_resent");
  assert.equal(await road.twin.push("c", message("m1")), "accepted");
  assert.equal(await road.twin.push("c", message("m1")), "duplicate");
  await until("it was handled", async () => (await road.step(road.other)).handled.length > 0);
  assert.deepEqual(road.stage.ids(), ["m1 m1"]);
});

Deno.test("LRANGE, then DEL: two flushers in the gap have both read the same messages, and handle them", async () => {
  await using road = await onBadRoad(openLrangeThenDel);
  const { relay, twin, other, step, stage } = road;
  await twin.push("c", message("m1"));
  await pass(quietMs);
  const held = holdNth(relay, 2);
  const late = step(twin);
  await until("it is about to take away what it has read", () => held.is);
  assert.equal((await step(other)).handled[0]?.outcome, "done");
  held.letGo();
  assert.equal((await late).handled[0]?.outcome, "lost");
  assert.deepEqual(stage.ids(), ["m1", "m1"]);
  const [one, two] = stage.batches;
  assert.ok(one!.id !== two!.id && one!.token === two!.token); // nothing by which a fence could tell them apart
});

Deno.test("LRANGE, then DEL: what is pushed between the two is deleted and was never read", async () => {
  await using road = await onBadRoad(openLrangeThenDel);
  const { relay, twin, other, step, stage } = road;
  await twin.push("c", message("m1"));
  await pass(quietMs);
  const held = holdNth(relay, 2);
  const late = step(twin);
  await until("it is about to take away what it has read", () => held.is);
  await other.push("c", message("m2"));
  await pass(quietMs);
  held.letGo();
  assert.equal((await late).handled[0]?.outcome, "done");
  assert.equal((await step(other)).settled, true);
  assert.deepEqual(stage.ids(), ["m1"]);
});

Deno.test("LPOP, then handle: the reply with the messages is lost, and they are nowhere", async () => {
  await using road = await onBadRoad(openLpopThenHandle);
  await road.twin.push("c", message("m1"));
  await pass(quietMs);
  road.relay.gate = cutReplyTo("evalsha");
  await assert.rejects(road.step(road.twin), OutcomeUnknown);
  assert.equal((await road.step(road.other)).settled, true);
  assert.deepEqual(road.stage.ids(), []);
});

Deno.test("LPOP, then handle: a handler that fails has had its only attempt", async () => {
  await using road = await onBadRoad(openLpopThenHandle);
  await road.twin.push("c", message("m1"));
  await pass(quietMs);
  const { handled } = await road.step(road.twin, () => Promise.reject(new Error("not today")));
  assert.equal(handled[0]?.outcome, "lost");
  assert.equal((await road.step(road.other)).settled, true);
});

Deno.test("empty, then release: what is pushed between the two is never due, though everybody is done", async () => {
  await using road = await onBadRoad(openEmptyThenRelease);
  const { relay, twin, other, step, stage } = road;
  await twin.push("c", message("m1"));
  await pass(quietMs);
  const held = holdNth(relay, 3); // take, look, release
  const late = step(twin);
  await until("it is about to give the conversation up", () => held.is);
  assert.equal(await other.push("c", message("m2")), "accepted");
  held.letGo();
  assert.equal((await late).handled[0]?.outcome, "done");
  await pass(2 * quietMs);
  for (const at of [twin, other]) assert.deepEqual(await step(at), { handled: [], settled: false, waitMs: undefined });
  assert.deepEqual(stage.ids(), ["m1"]);
});

Deno.test("the producer's clock: an hour behind, a message is due at once; an hour ahead, it is not due for an hour", async () => {
  const hourMs = 3_600_000;
  const by = (offsetMs: number): Open => (options) => openProducersClock(options, { now: () => Date.now() + offsetMs });
  await using behind = await onBadRoad(by(-hourMs), { quietMs: 10_000, maxWaitMs: 20_000 });
  await behind.twin.push("c", message("m1"));
  assert.equal((await behind.step(behind.other)).handled[0]?.outcome, "done");
  await using ahead = await onBadRoad(by(hourMs));
  await ahead.twin.push("c", message("m1"));
  await pass(2 * quietMs);
  const { handled, waitMs } = await ahead.step(ahead.other);
  assert.ok(handled.length === 0 && waitMs! > hourMs / 2, `waits ${waitMs} ms`);
});

Deno.test("last in, first out: the newest message comes first", async () => {
  await using road = await onBadRoad(openLastInFirstOut);
  for (const id of ["m1", "m2", "m3"]) await road.twin.push("c", message(id));
  await pass(quietMs);
  const { handled } = await road.step(road.twin);
  assert.equal(idsOf(handled[0]!.batch), "m3 m2 m1");
});

Deno.test("failed by anybody: a failure that is told late makes a dead letter of the batch that another one is handling", async () => {
  let getToIt = () => {};
  const late = new Promise<void>((resolve) => getToIt = resolve);
  const open: Open = (options) => openFailedByAnybody(options, () => late);
  await using road = await onBadRoad(open, { leaseMs: 500, attemptsMax: 2 });
  const { twin, other, step } = road;
  await twin.push("c", message("m1"));
  await pass(quietMs);
  let isAtWork = false;
  const told = step(twin, () => {
    isAtWork = true;
    throw new Error("the receiver is down");
  });
  await until("the first was at work", () => isAtWork);
  let own: Turn | undefined;
  await until("another one has taken it over", async () => {
    own = await step(other, async () => {
      getToIt();
      await told;
    });
    return own.handled.length > 0;
  });
  assert.equal((await told).handled[0]?.outcome, "dead");
  assert.equal(own!.handled[0]?.outcome, "lost");
});

Deno.test("taken off the list: a dead letter that was discarded is not listed any more, and is there", async () => {
  const left = async (open: (options: DebouncerOptions) => Promise<Debouncer>) => {
    await using stage = new Stage();
    await using twin = await open({ url: stage.url, prefix: stage.prefix, ...times, attemptsMax: 1 });
    await twin.push("c", message("m1"));
    await stage.settle(twin, "c", () => Promise.reject(new Error("poison")));
    const [letter] = await twin.deadLetters();
    await twin.discard(letter!.id);
    return { listed: (await twin.deadLetters()).length, there: await stage.truth.hlen(new Keys(stage.prefix, 0).dead) };
  };
  assert.deepEqual(await left(openTakenOffTheList), { listed: 0, there: 1 });
  assert.deepEqual(await left(openDebouncer), { listed: 0, there: 0 });
});
