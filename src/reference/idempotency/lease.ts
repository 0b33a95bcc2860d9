/**
 * The right to work on a task for a while, as this process knows it. It counts from before the request for it was sent, and the
 * store's own clock began later: so it is over here before anybody else can have it, whatever the answer took.
 *
 * A sibling would be a lease that Postgres grants: `../dedupe/lease.ts`.
 */

import { LeaseLost } from "../errors.ts";
import type { End, Ends } from "./ends.ts";

/** What a task gets. */
export interface Lease {
  /** The task's key, the same for every attempt: a receiver that remembers it acts once. */
  readonly key: string;
  /** Higher for each later holder: a receiver that refuses lower ones than it has seen is never acted on by a stale one. */
  readonly token: bigint;
  /** Aborts when the lease may have run out, was lost, or the instance shuts down: stop then. */
  readonly signal: AbortSignal;
  /** For how many milliseconds the lease certainly runs yet; 0 when it may be over. */
  remainingMs(): number;
}

/** A lease that is asked for, held, or lost. */
export class Held implements Lease, End {
  readonly key: string;
  /** Its token as the store has it. */
  granted = "0";
  endsAtMs = 0;
  /** Why it is no more, if it did not end well. */
  lost: LeaseLost | undefined;
  readonly #ends: Ends;
  #current: End = this;
  #over = false;
  #controller: AbortController | undefined;
  #onLost: ((lost: LeaseLost) => void) | undefined;

  /** Its time begins now: make it before the request is sent. */
  constructor(key: string, ends: Ends) {
    this.key = key;
    this.#ends = ends;
    ends.begin(this);
  }

  get token(): bigint {
    return BigInt(this.granted);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.lost !== undefined) this.#controller.abort(this.lost);
    return this.#controller.signal;
  }

  remainingMs(): number {
    return this.#over ? 0 : Math.max(0, this.#current.endsAtMs - performance.now());
  }

  /** Waits for the work while the lease is held, then throws LeaseLost; what comes later is ignored. */
  race<T>(work: (lease: Lease) => Promise<T> | T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#onLost = reject;
      Promise.resolve(work(this)).then(resolve, reject);
    });
  }

  /** Asks for the lease anew. It is longer only by a certain "yes", and counts from before the question. */
  async renew(ask: () => Promise<boolean>): Promise<void> {
    const next: End = { endsAtMs: 0, end: (why) => this.end(why) };
    let before = next;
    this.#ends.begin(next);
    try {
      const renewed = await ask();
      if (!renewed) this.end("somebody else has it");
      else if (!this.#over) [before, this.#current] = [this.#current, next];
    } finally {
      this.#ends.cancel(before);
    }
  }

  /** It is over before the work is. */
  end(why: string): void {
    if (this.#over) return;
    this.letGo();
    const what = `The lease with token ${this.granted} is over, and its work may be done again`;
    this.lost = new LeaseLost(`${what}: ${why}`, { retryAfterMs: 1_000 });
    this.#controller?.abort(this.lost);
    this.#onLost?.(this.lost);
  }

  /** Nobody works under it any more. */
  letGo(): void {
    this.#over = true;
    this.#ends.cancel(this.#current);
  }
}
