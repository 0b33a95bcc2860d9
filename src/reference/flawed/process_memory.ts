/**
 * What Redis holds for the good debouncer, in the memory of one process: the same steps with the same answers, and nobody else
 * can see it. All of them are done in one go, so that no two can be in each other's way.
 */

import { randomBytes } from "node:crypto";
import type { AcceptedMessage, Message } from "../debouncer/message.ts";
import type { Settings } from "../debouncer/options.ts";
import { type Harvest, Shard, type Taken } from "../debouncer/shard.ts";
import type { Redis } from "../redis.ts";

interface Conversation {
  readonly waiting: AcceptedMessage[];
  /** When the first of those that wait came, and when they fall due, on this process's monotonic clock. */
  firstAtMs: number;
  dueAtMs: number;
  /** What is in flight, and from when on it may be taken again. */
  held: { readonly taken: Taken; readonly againAtMs: number } | undefined;
}

/** A shard of the debouncer without a Redis. */
export class ProcessMemory extends Shard {
  readonly #settings: Settings;
  readonly #conversations = new Map<string, Conversation>();
  /** By conversation and message id: until when it is remembered. */
  readonly #known = new Map<string, number>();
  #token = 0;

  constructor(settings: Settings) {
    super(noRedis, settings, 0);
    this.#settings = settings;
  }

  /** Adds a message once. */
  add(name: string, message: Message): "duplicate" | "accepted" | "full" {
    const { quietMs, maxWaitMs, batchMax, rememberMs } = this.#settings;
    const now = performance.now();
    const key = JSON.stringify([name, message.id]);
    if ((this.#known.get(key) ?? 0) > now) return "duplicate";
    this.#known.set(key, now + rememberMs);
    const found = this.#conversations.get(name);
    const of = found ?? { waiting: [], firstAtMs: now, dueAtMs: now, held: undefined };
    if (!found) this.#conversations.set(name, of);
    if (of.waiting.length === 0) of.firstAtMs = now;
    of.waiting.push({ ...message, acceptedAtMs: wallMs() });
    const full = of.waiting.length >= batchMax;
    of.dueAtMs = full ? now : Math.min(now + quietMs, of.firstAtMs + maxWaitMs);
    return full && of.held === undefined ? "full" : "accepted";
  }

  override take(batchesMax: number, only?: string): Promise<Harvest> {
    const now = performance.now();
    const batches: Taken[] = [];
    let nextAtMs = Infinity;
    for (const name of only === undefined ? this.#conversations.keys() : [only]) {
      const of = this.#conversations.get(name);
      const taken = of && batches.length < batchesMax ? this.#takenOf(name, of, now) : undefined;
      if (taken) batches.push(taken);
      if (of) nextAtMs = Math.min(nextAtMs, of.held?.againAtMs ?? of.dueAtMs);
    }
    const waitMs = nextAtMs === Infinity ? undefined : Math.max(0, Math.ceil(nextAtMs - now));
    return Promise.resolve({ batches, waitMs, open: only !== undefined && this.#conversations.has(only) });
  }

  override ack(taken: Taken): Promise<{ done: boolean; open: boolean }> {
    const done = this.#holds(taken);
    if (done) this.#giveUp(taken);
    return Promise.resolve({ done, open: this.#conversations.has(taken.conversation) });
  }

  override fail(taken: Taken): Promise<{ outcome: "again" | "dead" | "lost"; open: boolean }> {
    const { attemptsMax, retryMs, leaseMs } = this.#settings;
    const isLost = !this.#holds(taken);
    const outcome = isLost ? "lost" : taken.attempt < attemptsMax ? "again" : "dead";
    const waitMs = Math.min(retryMs * 2 ** Math.min(taken.attempt - 1, 30), Math.max(retryMs, leaseMs));
    if (outcome === "again") this.#holdAgain(taken, waitMs);
    if (outcome === "dead") this.#giveUp(taken);
    return Promise.resolve({ outcome, open: this.#conversations.has(taken.conversation) });
  }

  override giveBack(taken: Taken): Promise<void> {
    if (this.#holds(taken)) this.#holdAgain({ ...taken, attempt: taken.attempt - 1 }, 0);
    return Promise.resolve();
  }

  /** What is due of a conversation, under a lease from now on. */
  #takenOf(conversation: string, of: Conversation, now: number): Taken | undefined {
    const { leaseMs, batchMax, quietMs } = this.#settings;
    const dueAtMs = of.held?.againAtMs ?? of.dueAtMs;
    if (dueAtMs > now) return undefined;
    const lease = { token: this.#nextToken(), lateMs: now - dueAtMs, endsAtMs: now + leaseMs };
    if (of.held) {
      const { taken } = of.held;
      of.held = { taken: { ...taken, ...lease, attempt: taken.attempt + 1 }, againAtMs: lease.endsAtMs };
      return of.held.taken;
    }
    const messages = of.waiting.splice(0, batchMax);
    if (of.waiting.length > 0) [of.firstAtMs, of.dueAtMs] = [now, of.waiting.length >= batchMax ? now : now + quietMs];
    const id = `0-${randomBytes(8).toString("hex")}-${lease.token}`;
    const taken = { ...lease, conversation, id, attempt: 1, full: messages.length >= batchMax, messages };
    of.held = { taken, againAtMs: lease.endsAtMs };
    return taken;
  }

  #holds({ conversation, token }: Taken): boolean {
    return this.#conversations.get(conversation)?.held?.taken.token === token;
  }

  #holdAgain(taken: Taken, afterMs: number): void {
    // No token holds it meanwhile: whoever comes late has lost it.
    this.#conversations.get(taken.conversation)!.held = {
      taken: { ...taken, token: -1n },
      againAtMs: performance.now() + afterMs,
    };
  }

  #giveUp({ conversation }: Taken): void {
    const of = this.#conversations.get(conversation)!;
    of.held = undefined;
    if (of.waiting.length === 0) this.#conversations.delete(conversation);
  }

  /** Follows the machine's clock, as the good one's follow Redis's: the sink must not refuse a batch for another's sake. */
  #nextToken(): bigint {
    this.#token = Math.max(this.#token + 1, Math.floor(wallMs() * 1_000));
    return BigInt(this.#token);
  }
}

function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Nothing that is exchanged above asks it. */
const noRedis: Redis = {
  run: () => Promise.reject(new TypeError("Cannot ask Redis: this debouncer has none")),
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
