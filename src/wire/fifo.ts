/**
 * A queue for what waits by the hundred thousand: pipelined requests whose replies are still to come. `Array.shift` moves all that
 * are left, which makes a long queue slow; this one moves them only now and then.
 */

/** So many places may be empty before the rest is moved to the front. */
const emptyMax = 1_024;

/** First in, first out. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  /** The oldest. */
  get first(): Item | undefined {
    return this.#items[this.#first];
  }

  /** The newest. */
  get last(): Item | undefined {
    return this.length === 0 ? undefined : this.#items.at(-1);
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Takes the oldest out. */
  shift(): Item | undefined {
    const item = this.#items[this.#first];
    if (this.#first === this.#items.length) return undefined;
    this.#items[this.#first++] = undefined;
    // Half of it at least is empty then, so an item is moved about once.
    if (this.#first > emptyMax && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    } else if (this.#first === this.#items.length) this.clear();
    return item;
  }

  clear(): void {
    this.#items.length = 0;
    this.#first = 0;
  }
}
