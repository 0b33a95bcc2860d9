/**
 * A debouncer on Redis, shared by any number of instances: messages of a conversation are collected until it has been quiet
 * for a while, and are then handled together, in order, once.
 *
 *     const debouncer = await openDebouncer({ url, quietMs: 2_000, maxWaitMs: 20_000 });
 *     await debouncer.push("customer 7", { id: webhook.id, body: webhook.text });     // in any instance
 *     await debouncer.run(async (batch) => { await sink.commit(batch); });            // until close()
 *
 * What holds, whatever breaks:
 * - An id is accepted once, however often and however late it is pushed, for `rememberMs`: after a failed push, push again.
 *   A remembered id is a key that Redis itself drops at that time, so they take (pushes a second) × `rememberMs` × 150 bytes.
 * - Quiet time, longest wait and leases are told by Redis's clock. Set back, what waits falls due that much later; set ahead,
 *   it falls due early and leases end early, which the tokens make harmless.
 * - One batch of a conversation is in flight at a time, in the order of acceptance; conversations do not wait for each other.
 *   A full batch is due at once, and what came behind it is the next. Nothing is refused for being too much, but by
 *   Redis's memory: then `push` is refused as a whole (StoreUnavailable), and all else goes on, for it frees.
 * - A batch is held under a lease with a token. If its holder dies, another instance gets the same batch (same id) after the
 *   lease, with a higher token; after `attemptsMax` attempts it is a dead letter. So handlers are run at least once; the
 *   effect is exactly once at a receiver that remembers `batch.key`, or in Postgres by `openSink`.
 * - Every step is one script, sent once. Only a failed `push` has to be repeated, by its caller.
 *
 * What Redis itself promises. `appendonly yes` is needed: without it a restart forgets everything, and the log is told so at
 * the start. `appendfsync always`: what was acknowledged is on the disk. `everysec` (the default): a power loss takes the
 * last second or two; `no`: what the kernel had not written yet, half a minute. The end of the process alone loses nothing
 * under any of the three; power loss is not tested here. Replication is asynchronous: a failover loses what the replica had
 * not received. A Redis that forgot has lost the messages that waited in it, its leases and the ids it remembered, so that a
 * message may also be handled a second time, in another batch. Batch ids stay unique and tokens go on rising by its clock:
 * the sink confuses nothing, and refuses nothing for long.
 *
 * In a Redis Cluster the keys of one shard share a slot, and must; different shards may share one, or not. Take a few shards
 * a node, once and for all (this client asks one node; a sibling of `../redis.ts` would find the others): a shard moves
 * between nodes as a whole, and a conversation never changes its shard.
 *
 * With 100,000 conversations nobody scans: those that may be due are at the front of a sorted set, read up to `takeMax` a
 * call, and whoever finds as many as it asked for asks again at once. A conversation with one message of 100 bytes takes half
 * a kilobyte, its remembered id included. A sibling would keep pushing and handling in two services. To use it, copy this
 * folder, `../errors.ts` and `../redis*.ts`; it needs npm:ioredis, and runs in Deno and in Node from 22.18 on.
 */

import { StoreUnavailable, tell } from "../errors.ts";
import { openRedis, type Redis } from "../redis.ts";
import { Attempts } from "./attempts.ts";
import { type DeadLetter, lettersFrom, oldestOf, type WhichLetters } from "./dead_letter.ts";
import type { Handled, Handler } from "./handle.ts";
import { shardOf, shardOfBatch } from "./keys.ts";
import { report } from "./log.ts";
import { Loop } from "./loop.ts";
import { checkName, encode, type Message } from "./message.ts";
import { type DebouncerOptions, type Settings, settingsOf } from "./options.ts";
import { openScript, scriptsOf } from "./scripts.ts";
import { Shard } from "./shard.ts";
import { type Stats, sumOf } from "./stats.ts";

export type { DeadLetter, WhichLetters } from "./dead_letter.ts";
export type { Batch, Handled, Handler, Outcome } from "./handle.ts";
export type { Log, LogRecord } from "./log.ts";
export type { AcceptedMessage, Message } from "./message.ts";
export type { DebouncerOptions } from "./options.ts";
export type { Stats } from "./stats.ts";
export { type Committed, openSink, type Query, type Sink, type SinkOptions, sinkSchemaSql } from "./sink.ts";
export { Failure, LeaseLost, mask, OutcomeUnknown, StoreUnavailable, UnsuitableStore } from "../errors.ts";

/** What one step of the loop did. */
export interface Turn {
  /** The batches that were handled, each with its outcome. */
  readonly handled: readonly Handled[];
  /** With a conversation: whether it certainly has nothing pending and nothing in flight any more. Without one: false. */
  readonly settled: boolean;
  /** For how long nothing more falls due, of what was known when it took; undefined: nothing was known. */
  readonly waitMs: number | undefined;
}

/**
 * Opens the debouncer. Throws a TypeError for a bad option (also another number of shards than this prefix has),
 * UnsuitableStore with what to change, or StoreUnavailable.
 */
export async function openDebouncer(options: DebouncerOptions): Promise<Debouncer> {
  const settings = settingsOf(options);
  const { url, tls, log } = options;
  const redis = await openRedis({ url, tls, log, deadlineMs: settings.deadlineMs }, scriptsOf(settings));
  const debouncer = new Debouncer(redis, settings);
  try {
    await debouncer.verify();
    return debouncer;
  } catch (error) {
    // Any class: it is thrown on, the connection is only given back first.
    await debouncer.close();
    throw error;
  }
}

/** The open debouncer. No call is repeated in here: on StoreUnavailable and OutcomeUnknown the caller comes again. */
export class Debouncer implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #settings: Settings;
  readonly #shards: readonly Shard[];
  readonly #attempts: Attempts;
  readonly #turns = new Set<Promise<unknown>>();
  #loop: Loop | undefined;
  #figures: ReturnType<typeof setInterval> | undefined;
  #closing: Promise<void> | undefined;

  /** Use `openDebouncer`, which verifies the number of shards first. */
  constructor(redis: Redis, settings: Settings) {
    this.#redis = redis;
    this.#settings = settings;
    this.#attempts = new Attempts(settings);
    this.#shards = Array.from({ length: settings.shards }, (_, number) => new Shard(redis, settings, number));
  }

  /** Compares the number of shards with the one that Redis remembers. Throws a TypeError if they differ. */
  async verify(): Promise<void> {
    const { shards, prefix } = this.#settings;
    const known = await this.#redis.run(openScript, [this.#shards[0]!.keys.shards], [shards]);
    if (known === shards) return;
    throw new TypeError(
      `Cannot open the debouncer: the keys of "${prefix}" are spread over ${known} shards, not ${shards}`,
    );
  }

  /**
   * Accepts a message, once for each conversation and id. Throws a TypeError (nothing was sent), StoreUnavailable (nothing
   * happened) or OutcomeUnknown (it may have been accepted): push it again, with the same id, until it is answered.
   */
  async push(conversation: string, message: Message): Promise<"accepted" | "duplicate"> {
    checkName("conversation", conversation);
    const encoded = encode(message, this.#settings.messageBytesMax);
    this.#refuseWhenClosing();
    const shard = this.#shardOf(conversation);
    const answer = await shard.push(conversation, message.id, encoded);
    if (answer === "full") this.#loop?.ring(shard);
    return answer === "duplicate" ? "duplicate" : "accepted";
  }

  /**
   * Handles what falls due until `close`, `concurrencyMax` batches at a time. Resolves then; rejects, and takes nothing more,
   * at a mistake (a reply that these scripts never give). Failures of Redis and of the handler are logged, and tried again.
   */
  async run(handler: Handler): Promise<void> {
    this.#refuseWhenClosing();
    if (this.#loop !== undefined) throw new TypeError("Cannot run the debouncer: it is running");
    const { onStats, statsMs } = this.#settings;
    this.#loop = new Loop(this.#shards, this.#settings, handler, (...what) => this.#attempts.begin(...what));
    if (onStats) this.#figures = setInterval(() => this.#tell(onStats), statsMs);
    await this.#loop.ended;
  }

  /**
   * One step of the loop, for those who step it themselves: takes what is due, `takeMax` batches of a shard at most, or what
   * is due of one conversation, and resolves when all of it has been handled. Throws what taking throws.
   */
  turn(handler: Handler, { conversation }: { readonly conversation?: string } = {}): Promise<Turn> {
    const turn = (async () => {
      this.#refuseWhenClosing();
      const shards = conversation === undefined ? this.#shards : [this.#shardOf(conversation)];
      const turns = await Promise.all(shards.map((shard) => this.#turnOf(shard, handler, conversation)));
      const waitsMs = turns.flatMap(({ waitMs }) => waitMs ?? []);
      return {
        handled: turns.flatMap(({ handled }) => handled),
        settled: conversation !== undefined && turns.every(({ settled }) => settled),
        waitMs: waitsMs.length > 0 ? Math.min(...waitsMs) : undefined,
      };
    })();
    this.#turns.add(turn);
    return turn.finally(() => this.#turns.delete(turn));
  }

  /** Figures of this moment, over all shards and all instances. */
  async stats(): Promise<Stats> {
    return sumOf(await Promise.all(this.#shards.map((shard) => shard.stats())));
  }

  /**
   * Dead letters, oldest first: a page of `lettersMax` at most, and of some megabytes (`batchBytesMax`). For more, go on `after`
   * the last one, until none comes. Throws a TypeError for a page that cannot be.
   */
  async deadLetters(which: WhichLetters = {}): Promise<readonly DeadLetter[]> {
    const from = lettersFrom(which);
    return oldestOf(await Promise.all(this.#shards.map((shard) => shard.deadLetters(from))), from.lettersMax);
  }

  /**
   * Makes a dead letter the next batch of its conversation, due at once, with its old id and its first attempt before it: what
   * it had committed before it died is not committed again. "busy": another batch is in flight, so try again; "unknown": there is none.
   */
  async putBack(id: string): Promise<"put_back" | "busy" | "unknown"> {
    const shard = this.#shards[shardOfBatch(id)];
    const answer = await shard?.putBack(id) ?? "unknown";
    if (answer === "put_back") this.#loop?.ring(shard!);
    return answer;
  }

  /** Deletes a dead letter for good; false if there is none of this id. */
  async discard(id: string): Promise<boolean> {
    return await this.#shards[shardOfBatch(id)]?.discard(id) ?? false;
  }

  /**
   * Takes no more calls and no more batches, gives back those that were not begun, waits `closeMs` for the handlers, tells the
   * rest to stop (their batches are taken over after the lease), and closes the connection.
   */
  close(): Promise<void> {
    return this.#closing ??= (async () => {
      clearInterval(this.#figures);
      await this.#loop?.stop();
      await this.#attempts.end();
      await Promise.allSettled(this.#turns);
      await this.#redis.close();
    })();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #turnOf(shard: Shard, handler: Handler, conversation?: string): Promise<Turn> {
    const { takeMax, concurrencyMax } = this.#settings;
    const { batches, waitMs, open } = await shard.take(Math.min(takeMax, concurrencyMax), conversation);
    if (this.#closing !== undefined) {
      await Promise.all(batches.map((taken) => shard.giveBack(taken)));
      return { handled: [], settled: false, waitMs };
    }
    const handled = await Promise.all(batches.map((taken) => this.#attempts.begin(shard, taken, handler)));
    return { handled, settled: handled.length > 0 ? handled.every(({ settled }) => settled) : !open, waitMs };
  }

  /** Figures decide nothing, and what fails here fails where it is needed too. */
  #tell(onStats: (stats: Stats) => void): void {
    const told = async () => await onStats(await this.stats());
    tell(told, (error) => report(this.#settings.log, "warn", "stats_failed", { error }));
  }

  #shardOf(conversation: string): Shard {
    return this.#shards[shardOf(conversation, this.#shards.length)]!;
  }

  #refuseWhenClosing(): void {
    if (this.#closing === undefined) return;
    throw new StoreUnavailable("Cannot use the debouncer: this instance is shutting down", { retryAfterMs: 1_000 });
  }
}
