/**
 * One shard of the debouncer as Redis holds it: each method is one script, called once, and its reply read. What the scripts
 * close is written in them. Every method throws what `../redis.ts` says: StoreUnavailable (nothing happened), OutcomeUnknown.
 *
 * A sibling would keep the methods and put another store below them.
 */

import { randomBytes } from "node:crypto";
import type { Redis, Script } from "../redis.ts";
import type { LetterPage, LettersFrom } from "./dead_letter.ts";
import { conversationOf, Keys, nameOf } from "./keys.ts";
import { report } from "./log.ts";
import { type AcceptedMessage, decode } from "./message.ts";
import type { Settings } from "./options.ts";
import * as scripts from "./scripts.ts";
import { lookedAtMax, type Stats } from "./stats.ts";

/** A batch that was handed out, under a lease. */
export interface Taken {
  readonly conversation: string;
  readonly id: string;
  readonly token: bigint;
  /** 1 for the first holder; one that gave it back unbegun does not count. */
  readonly attempt: number;
  /** Whether it was due because no further message had room. */
  readonly full: boolean;
  /** How long it had been due, by Redis's clock. */
  readonly lateMs: number;
  readonly messages: readonly AcceptedMessage[];
  /** When the lease runs out at the earliest, on this process's monotonic clock (`performance.now()`). */
  readonly endsAtMs: number;
}

/** What one call of `take` gave. */
export interface Harvest {
  readonly batches: readonly Taken[];
  /** For how long nothing more falls due, of what Redis knows now; undefined: it knows of nothing. */
  readonly waitMs: number | undefined;
  /** Whether the one conversation that was asked for has anything pending or in flight; false if none was. */
  readonly open: boolean;
}

type RawBatch = [string, string, string, number, number, number, (string | null)[]];
type Six = [number, number, number, number, number, number];
type RawLetter = [string, string, number, number, string, string[]];

/** One shard. */
export class Shard {
  readonly keys: Keys;
  readonly #redis: Redis;
  readonly #settings: Settings;
  readonly #number: number;
  readonly #push: Script;

  constructor(redis: Redis, settings: Settings, number: number) {
    this.#redis = redis;
    this.#settings = settings;
    this.#number = number;
    this.#push = scripts.pushScriptOf(settings);
    this.keys = new Keys(settings.prefix, number);
  }

  /** Adds a message as `encode` gives it. `full`: accepted, and its conversation is due at once. */
  async push(conversation: string, id: string, encoded: string): Promise<"duplicate" | "accepted" | "full"> {
    const { keys } = this;
    const reply = await this.#redis.run(
      this.#push,
      [keys.id(conversation, id), keys.due, keys.buffer],
      [nameOf(conversation), encoded],
    );
    return reply === 0 ? "duplicate" : reply === 2 ? "full" : "accepted";
  }

  /** Takes what is due, of all conversations or of one, `batchesMax` at most. */
  async take(batchesMax: number, only?: string): Promise<Harvest> {
    const { due, leases, buffer, fence } = this.keys;
    const { leaseMs, quietMs, maxWaitMs, batchMax, batchBytesMax } = this.#settings;
    // Unique also after Redis has forgotten which tokens it gave: a sink would take a repeated id for done.
    const idBegins = `${this.#number}-${randomBytes(8).toString("hex")}-`;
    // Counted from before the request was sent: Redis's clock starts later, so ours runs out first.
    const endsAtMs = performance.now() + leaseMs;
    const times = [leaseMs, quietMs, maxWaitMs].map((ms) => ms * 1_000);
    const [wait, open, raw] = await this.#redis.run(
      scripts.takeScript,
      [due, leases, buffer, fence],
      [only === undefined ? "" : nameOf(only), batchesMax, idBegins, ...times, batchMax, batchBytesMax],
    ) as [number, number, RawBatch[]];
    return {
      batches: raw.map((batch) => this.#taken(batch, endsAtMs)),
      waitMs: wait < 0 ? undefined : Math.ceil(wait / 1_000),
      open: open === 1,
    };
  }

  /** Deletes a batch that is done. `done` false: the token holds it no more. `open`: its conversation has more. */
  async ack({ conversation, id, token }: Taken): Promise<{ done: boolean; open: boolean }> {
    const { leases, buffer, due } = this.keys;
    const args = [nameOf(conversation), id, String(token)];
    const [done, open] = await this.#redis.run(scripts.ackScript, [leases, buffer, due], args) as number[];
    return { done: done === 1, open: open === 1 };
  }

  /** Gives up an attempt: the batch is taken `again` later, is `dead`, or is `lost` to a later holder. */
  async fail(
    { conversation, id, token, attempt }: Taken,
    reason: string,
  ): Promise<{ outcome: "again" | "dead" | "lost"; open: boolean }> {
    const { leases, buffer, due, dead, deadByTime } = this.keys;
    const { attemptsMax, retryMs, leaseMs } = this.#settings;
    const waitMs = Math.min(retryMs * 2 ** Math.min(attempt - 1, 30), Math.max(retryMs, leaseMs));
    const [outcome, open] = await this.#redis.run(
      scripts.failScript,
      [leases, buffer, due, dead, deadByTime],
      [nameOf(conversation), id, String(token), reason, attemptsMax, waitMs * 1_000],
    ) as ["again" | "dead" | "lost", number];
    return { outcome, open: open === 1 };
  }

  /** Gives back a batch that was not begun. */
  async giveBack({ conversation, id, token }: Taken): Promise<void> {
    const { leases, buffer } = this.keys;
    await this.#redis.run(scripts.giveBackScript, [leases, buffer], [nameOf(conversation), id, String(token)]);
  }

  /** Dead letters from there on, oldest first. */
  async deadLetters({ sinceMs, afterId, lettersMax }: LettersFrom): Promise<LetterPage> {
    const { dead, deadByTime } = this.keys;
    // Rounded: 1,000 times a number of ms with three decimals may miss the whole number by a little.
    const args = [Math.round(sinceMs * 1_000), afterId, lettersMax, this.#settings.batchBytesMax];
    const raw = await this.#redis.run(scripts.deadLettersScript, [dead, deadByTime], args) as [number, RawLetter[]];
    const letters = raw[1].map(([id, name, diedAt, attempts, reason, messages]) => {
      const conversation = conversationOf(name);
      return { id, conversation, messages: messages.map(decode), attempts, reason, diedAtMs: diedAt / 1_000 };
    });
    return { letters, complete: raw[0] === 1 };
  }

  /** See `Debouncer.putBack`. */
  async putBack(id: string): Promise<"put_back" | "busy" | "unknown"> {
    const { leases, buffer, due, dead, deadByTime } = this.keys;
    const keys = [leases, buffer, due, dead, deadByTime];
    return await this.#redis.run(scripts.putBackScript, keys, [id]) as "put_back" | "busy" | "unknown";
  }

  /** Deletes a dead letter; false if there is none of this id. */
  async discard(id: string): Promise<boolean> {
    const { dead, deadByTime } = this.keys;
    return await this.#redis.run(scripts.discardScript, [dead, deadByTime], [id]) === 1;
  }

  /** See `Stats`. */
  async stats(): Promise<Stats> {
    const { due, leases, buffer, dead } = this.keys;
    const reply = await this.#redis.run(scripts.statsScript, [due, leases, buffer, dead], [lookedAtMax]);
    const [pending, inFlight, messages, deadLetters, late, oldest] = reply as Six;
    return { pending, inFlight, messages, dead: deadLetters, lateMs: late / 1_000, oldestMs: oldest / 1_000 };
  }

  #taken([name, id, token, attempt, full, late, raw]: RawBatch, endsAtMs: number): Taken {
    const conversation = conversationOf(name);
    const messages = raw.flatMap((stored) => stored === null ? [] : [decode(stored)]);
    if (messages.length < raw.length) {
      // Nobody but these scripts may write here; it is told, and the rest of the batch goes on.
      const details = { conversation, batch: id, missing: raw.length - messages.length };
      report(this.#settings.log, "error", "messages_missing", details);
    }
    return {
      conversation,
      id,
      token: BigInt(token),
      attempt,
      full: full === 1,
      lateMs: late / 1_000,
      messages,
      endsAtMs,
    };
  }
}
