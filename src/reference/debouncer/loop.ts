/**
 * The background loop: for each shard it takes what is due, hands it to the handler, and sleeps until the next thing falls due.
 *
 * It need not be busy to be punctual: `take` says how long nothing falls due of what Redis knows, and what is pushed meanwhile
 * cannot fall due before `quietMs` have passed (or it fills a batch, which rings at the instance that pushed it, and is found
 * by the others at the next poll). So it sleeps for the least of these, 5 ms at least, and never over anything. While as
 * much is due as it asked for, it does not sleep at all. A sibling would listen to keyspace events, and still have to poll.
 */

import { Failure } from "../errors.ts";
import { Alarm } from "./alarm.ts";
import type { Handler } from "./handle.ts";
import { report } from "./log.ts";
import type { Settings } from "./options.ts";
import type { Shard, Taken } from "./shard.ts";
import { Slots } from "./slots.ts";

/** It sleeps no shorter than this: at thousands a second, taking several at a time costs less than taking each on the dot. */
const napMs = 5;

/** Begins an attempt at a batch that was taken, which whoever closes the debouncer waits for. */
export type Begin = (shard: Shard, taken: Taken, handler: Handler) => Promise<unknown>;

/** The loop over all shards. */
export class Loop {
  readonly #settings: Settings;
  readonly #handler: Handler;
  readonly #begin: Begin;
  readonly #slots: Slots;
  readonly #alarms: ReadonlyMap<Shard, Alarm>;
  readonly #ended: Promise<void>;
  #fail!: (error: unknown) => void;
  #stopping = false;

  /** Begins at once. */
  constructor(shards: readonly Shard[], settings: Settings, handler: Handler, begin: Begin) {
    this.#settings = settings;
    this.#handler = handler;
    this.#begin = begin;
    this.#slots = new Slots(settings.concurrencyMax);
    this.#alarms = new Map(shards.map((shard) => [shard, new Alarm()]));
    this.#ended = new Promise<void>((resolve, reject) => {
      this.#fail = (error) => {
        this.#halt();
        reject(error);
      };
      const served = shards.map((shard) => this.#serve(shard).catch(this.#fail));
      Promise.all(served).then(() => resolve());
    });
  }

  /** Resolves when the loop has stopped; rejects with what is a mistake and not a failure of a store. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Something of this shard may be due. */
  ring(shard: Shard): void {
    this.#alarms.get(shard)?.ring();
  }

  /** Takes nothing more. Resolves when nothing that was asked for can come any more. */
  async stop(): Promise<void> {
    this.#halt();
    await Promise.allSettled([this.#ended]);
  }

  #halt(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#slots.free(this.#alarms.size); // those who wait for one need not wait for a handler
    for (const alarm of this.#alarms.values()) alarm.ring();
  }

  async #serve(shard: Shard): Promise<void> {
    const alarm = this.#alarms.get(shard)!;
    const { takeMax, pollMs, quietMs } = this.#settings;
    while (true) {
      const reserved = await this.#slots.reserve(takeMax);
      if (this.#stopping) return;
      const { batches, waitMs } = await this.#take(shard, reserved);
      this.#slots.free(reserved - batches.length);
      for (const taken of batches) this.#hand(shard, taken);
      if (batches.length < reserved && waitMs !== 0) {
        await alarm.sleep(Math.max(napMs, Math.min(pollMs, quietMs, waitMs ?? pollMs)));
      }
      if (this.#stopping) return;
    }
  }

  async #take(shard: Shard, batchesMax: number): Promise<{ batches: readonly Taken[]; waitMs: number | undefined }> {
    const { log, pollMs } = this.#settings;
    try {
      const { batches, waitMs } = await shard.take(batchesMax);
      if (!this.#stopping) return { batches, waitMs };
      // Nobody has begun them: the next instance need not wait for the end of their leases.
      await Promise.all(batches.map((taken) => shard.giveBack(taken)));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      report(log, "error", "take_failed", { error });
    }
    return { batches: [], waitMs: pollMs };
  }

  #hand(shard: Shard, taken: Taken): void {
    this.#begin(shard, taken, this.#handler)
      .catch(this.#fail)
      .finally(() => this.#slots.free(1));
  }
}
