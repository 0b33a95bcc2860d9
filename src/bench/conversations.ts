/**
 * Opens conversations of a debouncer that are to fall due at given times: by the script of `push`, with one message each, and
 * the quiet time that is left until then. A debouncer writes its settings into the script; here they come with each message.
 */

import { Keys } from "../reference/debouncer/keys.ts";
import { settingsOf } from "../reference/debouncer/options.ts";
import { loadScript, type Script } from "../reference/redis.ts";
import type { Evalsha } from "./evalsha.ts";
import { bodyOf } from "./flushing_process.ts";

/** `push` as its file has it. */
export const openingScript: Script = loadScript(new URL("../reference/debouncer/push.lua", import.meta.url));

const atOnce = 500;
const dayMicros = 24 * 3_600 * 1_000_000;

/** Conversations of one debouncer, on one shard. */
export class Conversations {
  readonly #evalsha: Evalsha;
  readonly #keys: Keys;
  readonly #terms: readonly string[];
  readonly #signal: AbortSignal;
  #opened = 0;

  constructor(evalsha: Evalsha, { url, prefix, signal }: { url: URL; prefix: string; signal: AbortSignal }) {
    const { rememberMs, batchMax, batchBytesMax } = settingsOf({ url, prefix, quietMs: 1 });
    this.#evalsha = evalsha;
    this.#signal = signal;
    this.#keys = new Keys(prefix, 0);
    this.#terms = [dayMicros, rememberMs, batchMax, batchBytesMax].map(String);
  }

  /** Opens so many, with a message of so many bytes; `dueAtMs` gives the time at which each, by its number from 0, falls due. */
  async open(count: number, bytes: number, dueAtMs: (number: number) => number): Promise<void> {
    let next = 0;
    const worker = async () => {
      while (next < count && !this.#signal.aborted) await this.#open(bytes, dueAtMs(next++));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    this.#signal.throwIfAborted();
  }

  /** How many fall due in this time, by Redis's clock, of those that are still open. */
  async dueBetween(fromMs: number, untilMs: number): Promise<number> {
    return await this.#evalsha.redis.zcount(this.#keys.due, fromMs * 1_000, untilMs * 1_000);
  }

  async #open(bytes: number, dueAtMs: number): Promise<void> {
    const number = this.#opened++;
    const conversation = `customer ${number}`;
    const id = `message ${number}`;
    const quietMicros = Math.max(1, Math.round((dueAtMs - Date.now()) * 1_000));
    const { due, buffer } = this.#keys;
    const message = `${id}\0t${bodyOf(quietMicros, bytes)}`;
    const keys = [this.#keys.id(conversation, id), due, buffer];
    await this.#evalsha.run(openingScript, 3, ...keys, `:${conversation}`, message, `${quietMicros}`, ...this.#terms);
  }
}
