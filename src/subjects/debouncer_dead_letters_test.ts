/** What the harness reads of dead letters in Redis itself: what its instances need not have heard of. */

import assert from "node:assert/strict";
import type { Truth } from "../core/subject.ts";
import { Stage } from "../reference/debouncer/fixtures/stage.ts";
import { Keys } from "../reference/debouncer/keys.ts";
import { deadLetters, letterOf } from "./debouncer_dead_letters.ts";

const fails = () => {
  throw new Error("the receiver is down");
};

Deno.test("each message of a dead letter is read, by the push that brought it and the letter that holds it", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ attemptsMax: 1, batchMax: 2 });
  for (const id of ["m1", "m2"]) await debouncer.push("c", { id, body: JSON.stringify({ operation: `d${id}` }) });
  const truth = truthOf(stage);
  assert.deepEqual(await deadLetters(truth), []);
  await debouncer.turn(fails, { conversation: "c" });
  const [letter] = await debouncer.deadLetters();
  const dead = letterOf(letter!.id, letter!.diedAtMs);
  const about = { batch: letter!.id, conversation: "c", dead, listed: true };
  assert.deepEqual(await deadLetters(truth), [
    { key: "c/m1 (dead letter)", operation: "dm1", data: { message: "c/m1", ...about } },
    { key: "c/m2 (dead letter)", operation: "dm2", data: { message: "c/m2", ...about } },
  ]);
});

Deno.test("a batch that dies again is another letter, and one that lost its place in the list is told from the others", async () => {
  await using stage = new Stage();
  const debouncer = await stage.open({ attemptsMax: 1, batchMax: 1 });
  await debouncer.push("c", { id: "m1", body: JSON.stringify({ operation: "d1.1" }) });
  const dead = async () => {
    await debouncer.turn(fails, { conversation: "c" });
    const [letter] = await deadLetters(truthOf(stage));
    return letter!.data as { readonly batch: string; readonly dead: string };
  };
  const first = await dead();
  assert.equal(await debouncer.putBack(first.batch), "put_back");
  const again = await dead();
  assert.equal(again.batch, first.batch);
  assert.notEqual(again.dead, first.dead);
  await stage.truth.del(new Keys(stage.prefix, 0).deadByTime);
  const [hidden] = await deadLetters(truthOf(stage));
  assert.deepEqual(hidden!.data, { ...again, listed: false });
});

function truthOf({ truth, prefix }: Stage): Truth {
  return { redis: truth, namespace: { prefix, schema: "unused" } } as unknown as Truth;
}
