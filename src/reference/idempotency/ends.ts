/**
 * The ends of all leases that this process holds, on its monotonic clock. Each ends the same time after it began, so they end
 * in the order in which they began, and one timer serves them all: a timer for each would cost a tenth of a claim.
 */

/** Something that ends, unless it is cancelled before. */
export interface End {
  /** When it ends; set when it begins. */
  endsAtMs: number;
  /** Is called then, with the reason. */
  end(why: string): void;
}

/** All that has begun and not ended. */
export class Ends {
  readonly #afterMs: number;
  /** In the order of their ends, for a Set keeps the order of insertion. */
  readonly #waiting = new Set<End>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  /** Begins one now. */
  begin(one: End): void {
    one.endsAtMs = performance.now() + this.#afterMs;
    this.#waiting.add(one);
    this.#timer ??= setTimeout(this.#wake, this.#afterMs);
  }

  /** Takes one back. */
  cancel(one: End): void {
    this.#waiting.delete(one);
  }

  /** Ends all that has begun, before its time. */
  endAll(why: string): void {
    for (const one of this.#waiting) this.#end(one, why);
  }

  /** Ends the timer. Call it when nothing waits. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    for (const one of this.#waiting) {
      const leftMs = Math.ceil(one.endsAtMs - performance.now());
      if (leftMs > 0) {
        this.#timer = setTimeout(this.#wake, leftMs);
        return;
      }
      this.#end(one, "its time may be up");
    }
  };

  #end(one: End, why: string): void {
    this.#waiting.delete(one);
    one.end(why);
  }
}
