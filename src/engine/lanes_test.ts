/** Lanes: who gets the next one, and that nobody waits for one that cannot be had. */

import assert from "node:assert/strict";
import type { Lane } from "../core/lane.ts";
import { Lanes } from "./lanes.ts";

/** As much of a lane as the sharing out of lanes knows. */
function laneOf(index: number): Lane {
  return { name: `lane ${index}`, [Symbol.asyncDispose]: () => Promise.resolve() } as unknown as Lane;
}

const two = { shared: 2, own: 0 };

Deno.test("a lane goes to the scenario that has the fewest, and of those to the earlier one", async () => {
  await using lanes = new Lanes((_, index) => Promise.resolve(laneOf(index)), two);
  const [first, second] = [await lanes.take("shared", 1), await lanes.take("shared", 1)];
  const order: number[] = [];
  const asked = [1, 3, 2].map((priority) =>
    lanes.take("shared", priority).then((lane) => (order.push(priority), lane))
  );
  await lanes.giveBack(first, false); // scenario 1 has the other one
  await asked[2];
  await lanes.giveBack(second, false); // nobody but scenario 2 has one
  await asked[0];
  await lanes.giveBack((await asked[2])!, false);
  await asked[1];
  assert.deepEqual(order, [2, 1, 3]);
});

Deno.test("where no lane can be opened, everybody is told, also those who waited behind others", async () => {
  await using lanes = new Lanes(() => Promise.reject(new Error("no server today")), two);
  const asked = await Promise.allSettled([1, 2, 3, 4, 5].map((priority) => lanes.take("shared", priority)));
  assert.deepEqual(asked.map(({ status }) => status), Array(5).fill("rejected"));
});

Deno.test("a spoiled lane is replaced for whoever waits", async () => {
  let opened = 0;
  await using lanes = new Lanes((_, index) => Promise.resolve((opened++, laneOf(index))), { shared: 1, own: 0 });
  const spoiled = await lanes.take("shared", 1);
  const next = lanes.take("shared", 2);
  await lanes.giveBack(spoiled, true);
  assert.notEqual(await next, spoiled);
  assert.equal(opened, 2);
});

Deno.test("beyond those that are always given out, a lane is given once the machine has room, one at a time", async () => {
  let free = 0;
  const room = () => free > 0 && free-- > 0;
  const max = { shared: 4, own: 1, always: 2, room };
  await using lanes = new Lanes((_, index) => Promise.resolve(laneOf(index)), max);
  const given: Lane[] = [];
  const asked = [1, 2, 3, 4].map((priority) => lanes.take("shared", priority).then((lane) => void given.push(lane)));
  await Promise.all(asked.slice(0, 2));
  await lanes.take("own", 5); // those on a server of their own are few, and are not counted among the others
  assert.equal(given.length, 2);
  free = 1;
  await asked[2];
  assert.deepEqual([given.length, free], [3, 0]);
  await lanes.giveBack(given[0]!, false); // two are under way still
  await lanes.giveBack(given[1]!, false);
  await asked[3];
  assert.equal(given.length, 4);
});

Deno.test("whoever waits for room when the session ends is told so, and a lane that is being opened is closed", async () => {
  const closed: string[] = [];
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const slow = async (_: unknown, index: number) => {
    await opened;
    return { ...laneOf(index), [Symbol.asyncDispose]: () => Promise.resolve(void closed.push(`lane ${index}`)) };
  };
  const lanes = new Lanes(slow as never, { shared: 2, own: 0, always: 1, room: () => false });
  const [first, second] = [lanes.take("shared", 1), lanes.take("shared", 2)];
  const told = assert.rejects(second, /The session ends/);
  const ended = lanes[Symbol.asyncDispose]();
  await told;
  open();
  await Promise.all([first, ended]);
  assert.deepEqual(closed, ["lane 0"]);
});
