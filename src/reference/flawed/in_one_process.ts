/**
 * A debouncer in one process's memory: a Map of what waits and a timer. Met as `debounce` of a library around the handler, as
 * a Map of `setTimeout`s by customer, and in every service that had one instance when it was written.
 *
 * What goes wrong: there are two instances. Each waits for quiet among the messages that it got itself, so the one hands on what it
 * has while the other has just accepted more of the same conversation. And whoever ends takes with it what it had accepted.
 */

import { StoreUnavailable } from "../errors.ts";
import { Attempts } from "../debouncer/attempts.ts";
import { Loop } from "../debouncer/loop.ts";
import { checkName, encode } from "../debouncer/message.ts";
import type { Debouncer, DebouncerOptions, Handler, Message, Turn } from "../debouncer/mod.ts";
import { type Settings, settingsOf } from "../debouncer/options.ts";
import { ProcessMemory } from "./process_memory.ts";

/** Opens the twin that asks no Redis; loop, leases and attempts are the good one's. Throws a TypeError for a bad option. */
export function openInOneProcess(options: DebouncerOptions): Promise<InOneProcess> {
  return Promise.resolve(new InOneProcess(settingsOf(options)));
}

/** The open twin. */
export class InOneProcess implements Pick<Debouncer, "push" | "turn" | "run">, AsyncDisposable {
  readonly #settings: Settings;
  readonly #memory: ProcessMemory;
  readonly #attempts: Attempts;
  readonly #turns = new Set<Promise<unknown>>();
  #loop: Loop | undefined;
  #closing = false;

  /** Use `openInOneProcess`, which checks the options. */
  constructor(settings: Settings) {
    this.#settings = settings;
    this.#memory = new ProcessMemory(settings);
    this.#attempts = new Attempts(settings);
  }

  /** See `Debouncer.push`. */
  // deno-lint-ignore require-await -- what it throws is a rejection, as the good one's
  async push(conversation: string, message: Message): Promise<"accepted" | "duplicate"> {
    checkName("conversation", conversation);
    encode(message, this.#settings.messageBytesMax);
    this.#refuseWhenClosing();
    const answer = this.#memory.add(conversation, message);
    if (answer === "full") this.#loop?.ring(this.#memory);
    return answer === "duplicate" ? "duplicate" : "accepted";
  }

  /** See `Debouncer.run`. */
  async run(handler: Handler): Promise<void> {
    this.#refuseWhenClosing();
    this.#loop ??= new Loop([this.#memory], this.#settings, handler, (...what) => this.#attempts.begin(...what));
    await this.#loop.ended;
  }

  /** See `Debouncer.turn`. */
  turn(handler: Handler, { conversation }: { readonly conversation?: string } = {}): Promise<Turn> {
    const turn = this.#turn(handler, conversation);
    this.#turns.add(turn);
    return turn.finally(() => this.#turns.delete(turn));
  }

  /** Waits for the handlers as the good one does; what still waits to fall due is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    await this.#loop?.stop();
    await this.#attempts.end();
    await Promise.allSettled(this.#turns);
  }

  async #turn(handler: Handler, conversation?: string): Promise<Turn> {
    this.#refuseWhenClosing();
    const { takeMax, concurrencyMax } = this.#settings;
    const { batches, waitMs, open } = await this.#memory.take(Math.min(takeMax, concurrencyMax), conversation);
    const handled = await Promise.all(batches.map((taken) => this.#attempts.begin(this.#memory, taken, handler)));
    const settled = handled.length > 0 ? handled.every(({ settled }) => settled) : !open;
    return { handled, settled: conversation !== undefined && settled, waitMs };
  }

  #refuseWhenClosing(): void {
    if (!this.#closing) return;
    throw new StoreUnavailable("Cannot use the debouncer: this instance is shutting down", { retryAfterMs: 1_000 });
  }
}
