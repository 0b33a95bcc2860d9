/**
 * The time that a call may take, on the monotonic clock, counted from its first moment. Everything that the call waits
 * for is raced against it, so that nothing a store or a handler does (or does not do) can hold the call.
 */

/** Says that the time was up before the awaited thing came. Never leaves this folder: each caller says what it means. */
export class DeadlinePassed extends Error {
  override readonly name = "DeadlinePassed";
}

/** One call's deadline, with one timer for all of its waits. */
export class Deadline {
  readonly #endsAtMs: number;
  readonly #late: Promise<never>;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(durationMs: number) {
    this.#endsAtMs = performance.now() + durationMs;
    this.#late = new Promise((_, reject) => {
      this.#timer = setTimeout(() => {
        const passed = new DeadlinePassed(`The deadline of ${durationMs} ms has passed`);
        reject(passed);
        this.#controller?.abort(passed);
      }, durationMs);
    });
    // A call may end without ever waiting again: then nobody is there to hear that its time is up.
    this.#late.catch(() => {});
  }

  /** Aborts when the time is up. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.remainingMs === 0) this.#controller.abort(new DeadlinePassed("The deadline has passed"));
    }
    return this.#controller.signal;
  }

  /** How many milliseconds are left; 0 when the time is up. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAtMs - performance.now());
  }

  /** Waits for the promise until the time is up, then throws DeadlinePassed; what comes later is ignored. */
  race<T>(promise: Promise<T> | T): Promise<T> {
    return Promise.race([promise, this.#late]);
  }

  /** Ends the timer. Call it when the call has answered. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
