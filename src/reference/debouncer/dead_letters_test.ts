/** What fails is tried again, put aside after its last attempt with the reason, and can be put back; nothing is lost on the way. */

import assert from "node:assert/strict";
import { idsOf, message, pass, Stage, times, until } from "./fixtures/stage.ts";
import { Keys } from "./keys.ts";
import type { DeadLetter, Debouncer, Handled } from "./mod.ts";

const bad = (reason: string) => () => {
  throw new Error(reason);
};

Deno.test("a handler that fails is tried again after a wait that doubles, with the same batch", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ retryMs: 40 });
  const beganAtMs: number[] = [];
  await debouncer.push("c", message("m1"));
  const turn = await stage.settle(
    debouncer,
    "c",
    stage.record(({ attempt }) => {
      beganAtMs.push(performance.now());
      if (attempt < 3) throw new Error("not yet");
    }),
  );
  assert.deepEqual(turn.handled.map(({ outcome }) => outcome), ["done"]);
  assert.deepEqual(stage.batches.map(({ attempt }) => attempt), [1, 2, 3]);
  assert.equal(new Set(stage.batches.map(({ id }) => id)).size, 1);
  assert.ok(beganAtMs[1]! - beganAtMs[0]! >= 39 && beganAtMs[2]! - beganAtMs[1]! >= 79, `${beganAtMs}`);
});

Deno.test("what the handler threw comes out unchanged", async () => {
  await using stage = new Stage();
  const told: Handled[] = [];
  const debouncer = await stage.open({ onHandled: (handled) => told.push(handled) });
  const mistake = new TypeError("of the handler");
  await debouncer.push("c", message("m1"));
  await pass(times.quietMs + 5);
  const turn = await debouncer.turn(() => {
    throw mistake;
  }, { conversation: "c" });
  assert.equal(turn.handled[0]?.error, mistake);
  assert.equal(told[0]?.error, mistake);
  assert.deepEqual([turn.handled[0]?.outcome, turn.settled], ["again", false]);
});

Deno.test("after its last attempt a batch is a dead letter with the reason, without secrets, and the conversation goes on", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ attemptsMax: 2 });
  await debouncer.push("c", message("m1"));
  await debouncer.push("c", message("m2", new Uint8Array([1, 0, 2])));
  await pass(times.quietMs + 5);
  await debouncer.turn(bad("first"), { conversation: "c" });
  await debouncer.push("c", message("m3"));
  await until("it is tried again", async () => {
    return (await debouncer.turn(bad("cannot reach postgres://u:hunter2@h/d"), { conversation: "c" })).handled.length >
      0;
  });
  const [letter, ...others] = await debouncer.deadLetters();
  assert.equal(others.length, 0);
  assert.match(letter!.reason, /^Error: cannot reach postgres:/);
  assert.doesNotMatch(letter!.reason, /hunter2/);
  assert.deepEqual([letter!.conversation, letter!.attempts, idsOf(letter!)], ["c", 2, "m1 m2"]);
  assert.deepEqual(letter!.messages[1]?.body, new Uint8Array([1, 0, 2]));
  assert.ok(Math.abs(letter!.diedAtMs - Date.now()) < 60_000);
  await stage.settle(debouncer, "c");
  assert.deepEqual(stage.ids(), ["m3"]);
  assert.equal(await debouncer.push("c", message("m1")), "duplicate", "its ids are still known");
});

Deno.test("a dead letter that is put back is the next batch of its conversation, with its old id", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ attemptsMax: 1, batchMax: 2 });
  for (const id of ["m1", "m2"]) await debouncer.push("c", message(id));
  assert.equal((await debouncer.turn(bad("x"), { conversation: "c" })).settled, true);
  const [letter] = await debouncer.deadLetters();
  await debouncer.push("c", message("m3"));
  assert.equal(await debouncer.putBack(letter!.id), "put_back");
  assert.equal(await debouncer.putBack(letter!.id), "unknown");
  assert.equal(await debouncer.putBack("no such id"), "unknown");
  await debouncer.push("c", message("m4"));
  await stage.settle(debouncer, "c");
  assert.deepEqual(stage.ids(), ["m1 m2", "m3 m4"]);
  assert.deepEqual([stage.batches[0]!.id, stage.batches[0]!.attempt], [letter!.id, 1]);
  assert.ok(stage.batches[0]!.token < stage.batches[1]!.token);
  assert.deepEqual(await debouncer.deadLetters(), []);
  assert.equal((await debouncer.stats()).messages, 0);
});

Deno.test("while a batch is in flight nothing is put back; a conversation that is empty takes it at once", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ attemptsMax: 1, batchMax: 1 });
  await debouncer.push("c", message("m1"));
  await debouncer.turn(bad("x"), { conversation: "c" });
  const [letter] = await debouncer.deadLetters();
  await debouncer.push("c", message("m2"));
  await debouncer.turn(
    stage.record(async () => {
      assert.equal(await debouncer.putBack(letter!.id), "busy");
    }),
    { conversation: "c" },
  );
  assert.equal(await debouncer.putBack(letter!.id), "put_back");
  await stage.settle(debouncer, "c");
  assert.deepEqual(stage.ids(), ["m2", "m1"]);
});

Deno.test("a dead letter can be discarded, and is gone", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ attemptsMax: 1, batchMax: 1, shards: 3 });
  for (let n = 0; n < 9; n++) await debouncer.push(`c${n}`, message("m"));
  for (let n = 0; n < 9; n++) await debouncer.turn(bad(`x${n}`), { conversation: `c${n}` });
  const letters = await debouncer.deadLetters();
  assert.deepEqual(letters.map(({ reason }) => reason), Array.from({ length: 9 }, (_, n) => `Error: x${n}`));
  assert.equal((await debouncer.stats()).dead, 9);
  assert.equal((await debouncer.deadLetters({ lettersMax: 4 })).length, 4);
  const later = await debouncer.deadLetters({ sinceMs: letters[5]!.diedAtMs });
  assert.deepEqual(later.map(({ id }) => id), letters.slice(5).map(({ id }) => id));
  for (const { id } of letters) assert.equal(await debouncer.discard(id), true);
  assert.equal(await debouncer.discard(letters[0]!.id), false);
  assert.equal((await debouncer.stats()).dead, 0);
});

Deno.test("many megabytes of dead letters come in pages, over all shards, and none is left out", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ attemptsMax: 1, batchMax: 1, shards: 3, batchBytesMax: 1_000 });
  for (let n = 0; n < 30; n++) {
    await debouncer.push(`c${n}`, message(`m${n}`, "x".repeat(n % 5 * 200)));
    await debouncer.turn(bad("x"), { conversation: `c${n}` });
  }
  const inOrder = Array.from({ length: 30 }, (_, n) => `m${n}`);
  assert.deepEqual(await paged(debouncer), inOrder);
  assert.deepEqual(await paged(debouncer, 1), inOrder);
});

Deno.test("letters that fill a page each, and letters of one moment, are all listed, also while some are discarded", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ attemptsMax: 1, batchMax: 1, batchBytesMax: 50 });
  for (const n of [0, 1, 2, 3]) {
    await debouncer.push(`c${n}`, message(`m${n}`, "x".repeat(100)));
    await debouncer.turn(bad("x"), { conversation: `c${n}` });
  }
  assert.deepEqual(await paged(debouncer), ["m0", "m1", "m2", "m3"]);
  const { dead, deadByTime } = new Keys(stage.prefix, 0);
  const ids = (await stage.truth.hkeys(dead)).sort();
  for (const id of ids) await stage.truth.zadd(deadByTime, 1_000_000, id);
  const [first, ...others] = await debouncer.deadLetters({ lettersMax: 1 });
  assert.deepEqual([first!.id, others.length], [ids[0], 0]);
  await debouncer.discard(first!.id);
  const after = { ...first!, diedAtMs: 1_000 };
  assert.deepEqual((await debouncer.deadLetters({ after, lettersMax: 1 })).map(({ id }) => id), [ids[1]]);
});

Deno.test("a page of dead letters that cannot be is a TypeError", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open();
  for (
    const which of [{ lettersMax: 0 }, { lettersMax: -1 }, { lettersMax: 1.5 }, { lettersMax: NaN }, { sinceMs: NaN }]
  ) {
    await assert.rejects(debouncer.deadLetters(which), TypeError);
  }
});

/** The ids of all dead letters, page by page. */
async function paged(debouncer: Debouncer, lettersMax?: number): Promise<string[]> {
  const seen: string[] = [];
  let after: DeadLetter | undefined;
  for (let pages = 0; pages < 40; pages++) {
    const page = await debouncer.deadLetters({ lettersMax, after });
    if (page.length === 0) break;
    seen.push(...page.map(idsOf));
    after = page.at(-1);
  }
  return seen;
}

Deno.test("a batch whose holders all die is a dead letter too: whoever takes it over for the last time says so", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ leaseMs: 60, attemptsMax: 2 });
  await debouncer.push("c", message("m1"));
  // A handler that hangs: the lease ends, and nothing is said to Redis, as when its process had died.
  const turn = await stage.settle(debouncer, "c", stage.record(() => new Promise(() => {})));
  assert.deepEqual(stage.batches.map(({ attempt }) => attempt), [1, 2]);
  assert.deepEqual(turn.handled.map(({ outcome }) => outcome), ["dead"]);
  const [letter] = await debouncer.deadLetters();
  assert.match(letter!.reason, /attempt 2 ended without a word/i);
  assert.equal(letter!.attempts, 2);
});
