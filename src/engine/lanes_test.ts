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
