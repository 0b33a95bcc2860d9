/**
 * Side by side: bounded, complete, and finished even for who stops listening.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { sideBySide } from "./side_by_side.ts";

const tick = () => new Promise<void>((resolve) => queueMicrotask(resolve));

Deno.test("sideBySide() works through every item once, never more at a time than there are lanes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), async (items, lanes) => {
      let busy = 0;
      let busiest = 0;
      const done: number[] = [];
      const work = async (item: number) => {
        busiest = Math.max(busiest, ++busy);
        for (let i = 0; i < item % 4; i++) await tick();
        busy--;
        return item;
      };
      for await (const result of sideBySide(items, { lanes, going: () => true, work })) done.push(result);
      assert.deepEqual(done.sort((a, b) => a - b), [...items].sort((a, b) => a - b));
      assert.ok(busiest <= lanes);
    }),
  );
});

Deno.test("sideBySide() takes no further item once it may not go on, and gives what is under way", async () => {
  let begun = 0;
  const given: number[] = [];
  for await (
    const result of sideBySide([1, 2, 3, 4], {
      lanes: 2,
      going: () => begun < 2,
      work: async (item) => (begun++, await tick(), item),
    })
  ) {
    given.push(result);
  }
  assert.deepEqual(given.sort(), [1, 2]);
});

Deno.test("sideBySide() waits for the work under way when nobody listens any more", async () => {
  let finished = 0;
  const work = async (item: number) => {
    await tick();
    await tick();
    finished++;
    return item;
  };
  for await (const _ of sideBySide([1, 2, 3], { lanes: 3, going: () => true, work })) break;
  assert.equal(finished, 3);
});
