/**
 * Runs work side by side, a bounded number at once, and gives the results as they come.
 */

/** Works through the items in order, at most `lanes` at once. Stops taking items once `going` says no. */
export async function* sideBySide<Item, Result>(
  items: Iterable<Item>,
  options: { lanes: number; going(): boolean; work(item: Item): Promise<Result> },
): AsyncGenerator<Result> {
  const iterator = items[Symbol.iterator]();
  const busy = new Map<number, Promise<[number, Result]>>();
  let next = 0;
  try {
    for (;;) {
      while (busy.size < options.lanes && options.going()) {
        const item = iterator.next();
        if (item.done) break;
        const slot = next++;
        busy.set(slot, options.work(item.value).then((result) => [slot, result]));
      }
      if (busy.size === 0) return;
      const [slot, result] = await Promise.race(busy.values());
      busy.delete(slot);
      yield result;
    }
  } finally {
    // Whoever stops listening still has the runs under way finished: they hold lanes.
    await Promise.allSettled(busy.values());
    iterator.return?.();
  }
}
