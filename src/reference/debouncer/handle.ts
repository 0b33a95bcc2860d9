/**
 * One attempt at one batch: the handler under the lease, then `ack`, or `fail` with the reason. A handler that throws, or is
 * not done when the lease ends, has failed; what it threw is handed on unchanged.
 *
 * A sibling would renew the lease while the handler runs. This one does not: a lease that is always renewed keeps a batch
 * for ever with a handler that hangs.
 */

import { Failure, LeaseLost, maskText } from "../errors.ts";
import { report } from "./log.ts";
import type { AcceptedMessage } from "./message.ts";
import type { Settings } from "./options.ts";
import type { Shard, Taken } from "./shard.ts";

/** What a handler is given. */
export interface Batch {
  /** The same in every attempt, and of no other batch ever. */
  readonly id: string;
  readonly conversation: string;
  /** In the order in which Redis accepted them. */
  readonly messages: readonly AcceptedMessage[];
  /** 1 for the first. */
  readonly attempt: number;
  /** Higher for each later holder: a receiver that refuses lower ones than it has seen is never acted on by a stale one. */
  readonly token: bigint;
  /** The same in every attempt, to pass on: a receiver that remembers it (`Idempotency-Key`) acts once. */
  readonly key: string;
  /** Whether it was due because no further message had room, and not by the quiet time or `maxWaitMs`. */
  readonly full: boolean;
  /** For how long it had been due when it was taken, in ms by Redis's clock. */
  readonly lateMs: number;
  /** Aborts when the lease may have run out: begin nothing more. Also when `close` has waited long enough. */
  readonly signal: AbortSignal;
  /** For how many ms the lease certainly runs yet, on the monotonic clock; 0 when it may be over. */
  remainingMs(): number;
}

/** Handles a batch. Resolves: it is done. Throws: it failed, and is tried again. */
export type Handler = (batch: Batch) => Promise<unknown> | unknown;

/**
 * How an attempt ended. `done`: handled and deleted · `again`: it failed and is tried later · `dead`: it failed for the last
 * time and is a dead letter · `lost`: somebody else had it meanwhile, whose attempt counts · `expired`: the handler was not
 * done at the lease's end, so somebody will take it over · `unknown`: the answer of `ack` or `fail` did not come, so it is done
 * with, or will be taken over.
 */
export type Outcome = "done" | "again" | "dead" | "lost" | "expired" | "unknown";

/** One attempt that has ended. */
export interface Handled {
  readonly batch: Batch;
  readonly outcome: Outcome;
  /** What the handler threw, unchanged, or why the outcome is not `done`. */
  readonly error?: unknown;
  /** Why it was given up, as the dead letter says it; with `again` and `dead`. */
  readonly reason?: string;
  /** Whether the conversation certainly has nothing pending or in flight any more. */
  readonly settled: boolean;
}

const reasonCharactersMax = 1_000;

/** A batch that is being handled here. */
export class Attempt {
  readonly batch: Batch;
  readonly #taken: Taken;
  readonly #shard: Shard;
  readonly #settings: Settings;
  readonly #ended = new AbortController();

  constructor(shard: Shard, settings: Settings, taken: Taken) {
    const { endsAtMs, ...given } = taken;
    this.#shard = shard;
    this.#settings = settings;
    this.#taken = taken;
    this.batch = {
      ...given,
      key: `${settings.prefix}${taken.id}`,
      signal: this.#ended.signal,
      remainingMs: () => Math.max(0, endsAtMs - performance.now()),
    };
  }

  /** Runs the handler and settles the batch. Throws only what is a mistake: a reply that no Redis of ours gives. */
  async run(handler: Handler): Promise<Handled> {
    const { attempt, messages } = this.#taken;
    // Whoever held it may have died of it: then nobody was left to say that it had failed.
    if (attempt > this.#settings.attemptsMax) {
      return await this.#fail(new Error(`Attempt ${attempt - 1} ended without a word`));
    }
    if (messages.length === 0) return await this.#ack();
    try {
      await this.#whileHeld(handler);
    } catch (error) {
      // Any class: it is the handler's, and is handed on.
      if (error === this.#ended.signal.reason && this.#ended.signal.aborted) return this.#expired(error);
      return await this.#fail(error);
    }
    return await this.#ack();
  }

  /** Tells the handler to stop; the batch is left to its lease. */
  abandon(reason: Error): void {
    this.#ended.abort(reason);
  }

  #whileHeld(handler: Handler): Promise<unknown> {
    const { signal } = this.#ended;
    const lost = () => this.abandon(new LeaseLost("The lease may have run out: stop now", { retryAfterMs: 1_000 }));
    const remainingMs = this.batch.remainingMs();
    if (remainingMs <= 0) lost();
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(lost, remainingMs);
      const settle = (how: (value: unknown) => void) => (value: unknown) => {
        clearTimeout(timer);
        how(value);
      };
      signal.addEventListener("abort", () => settle(reject)(signal.reason), { once: true });
      (async () => await handler(this.batch))().then(settle(resolve), settle(reject));
    });
  }

  #expired(error: unknown): Handled {
    report(this.#settings.log, "warn", "lease_expired", this.#told(error));
    return { batch: this.batch, outcome: "expired", error, settled: false };
  }

  async #ack(): Promise<Handled> {
    const { batch } = this;
    return await this.#settle(async () => {
      const { done, open } = await this.#shard.ack(this.#taken);
      if (done) return { batch, outcome: "done", settled: !open };
      report(this.#settings.log, "warn", "lease_lost", this.#told());
      return { batch, outcome: "lost", settled: !open };
    });
  }

  async #fail(error: unknown): Promise<Handled> {
    const { batch } = this;
    const reason = maskText(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
      .slice(0, reasonCharactersMax).toWellFormed();
    return await this.#settle(async () => {
      const { outcome, open } = await this.#shard.fail(this.#taken, reason);
      report(this.#settings.log, outcome === "dead" ? "error" : "warn", `batch_${outcome}`, this.#told(error));
      return { batch, outcome, error, reason, settled: !open };
    });
  }

  async #settle(ask: () => Promise<Handled>): Promise<Handled> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      report(this.#settings.log, "warn", "batch_not_settled", this.#told(error));
      return { batch: this.batch, outcome: "unknown", error, settled: false };
    }
  }

  #told(error?: unknown): unknown {
    const { conversation, id, attempt } = this.#taken;
    return { conversation, batch: id, attempt, error };
  }
}
