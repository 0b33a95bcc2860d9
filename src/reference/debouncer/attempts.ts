/**
 * The attempts that this instance has begun, so that whoever closes it can wait for them, and tell them to stop. A sibling would
 * also bound how many bytes they hold.
 */

import { LeaseLost, tell } from "../errors.ts";
import { Attempt, type Handled, type Handler } from "./handle.ts";
import { report } from "./log.ts";
import type { Settings } from "./options.ts";
import type { Shard, Taken } from "./shard.ts";

/** All attempts that have not ended. */
export class Attempts {
  readonly #settings: Settings;
  readonly #attempts = new Map<Attempt, Promise<unknown>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Begins one. Resolves when it has ended, and rejects only with what is a mistake. */
  begin(shard: Shard, taken: Taken, handler: Handler): Promise<Handled> {
    const attempt = new Attempt(shard, this.#settings, taken);
    const ended = attempt.run(handler).then((handled) => {
      this.#tell(handled);
      return handled;
    }).finally(() => this.#attempts.delete(attempt));
    this.#attempts.set(attempt, ended);
    return ended;
  }

  /** Waits for all of them, `closeMs` at most, and tells the handlers that are left to stop. */
  async end(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, this.#settings.closeMs));
    await Promise.race([Promise.allSettled(this.#attempts.values()), patience]);
    clearTimeout(timer);
    for (const attempt of this.#attempts.keys()) {
      attempt.abandon(new LeaseLost("The debouncer is closing: stop now", { retryAfterMs: 1_000 }));
    }
    await Promise.allSettled(this.#attempts.values());
  }

  #tell(handled: Handled): void {
    const { onHandled, log } = this.#settings;
    tell(() => onHandled(handled), (error) => report(log, "error", "hook_failed", { error }));
  }
}
