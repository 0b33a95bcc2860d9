/**
 * How many batches may be handled at a time: slots are reserved before batches are asked for, so that each one that comes can
 * be begun at once. A sibling would bound the bytes in hand instead.
 */

/** A counting semaphore whose waiters are served in the order in which they came. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(total: number) {
    this.#free = total;
  }

  /** Waits until a slot is free, and reserves all that are, `slotsMax` at most. Gives how many, at least 1. */
  async reserve(slotsMax: number): Promise<number> {
    if (this.#free === 0 || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      this.#free++; // the one that was handed over
    }
    const reserved = Math.min(this.#free, slotsMax);
    this.#free -= reserved;
    return reserved;
  }

  /** Frees slots; each waiter is handed one. */
  free(slots: number): void {
    for (let i = 0; i < slots; i++) {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
