/**
 * A subject: something that claims to process things once, made testable. Two halves: the harness's, here, and the
 * instance's, which lives in a process of its own and knows of the harness only its {@link World}.
 */

import type { Redis } from "ioredis";
import type { Sql } from "postgres";
import type { Operation } from "./plan.ts";
import type { Service } from "./place.ts";

/** What a subject promises of its own accord; claims about time are held against these. All in milliseconds. */
export interface Promises {
  /** Every call settles within this time, whatever the stores do. */
  readonly answersWithinMs: number;
  /** How long a lease lasts, if it has any. */
  readonly leaseMs?: number;
  /** After the last fault healed, everything is settled within this time. */
  readonly convergesWithinMs: number;
  /** Debouncers: a batch is handled once no new message has come for this time. */
  readonly quietMs?: number;
  /** Debouncers: a batch is due at this time after its first message, however many come. */
  readonly maxWaitMs?: number;
  /** Debouncers: most messages of one batch. */
  readonly batchMax?: number;
  /** Rate limiters: most calls of one key that are allowed in any window, over all instances, and the window's length. */
  readonly limit?: number;
  readonly windowMs?: number;
}

/** The part of the stores that belongs to one run: tables live in `schema`, every key begins with `prefix`. */
export interface Namespace {
  readonly schema: string;
  readonly prefix: string;
}

/** The direct road to the stores, which no fault touches. */
export interface Truth {
  readonly namespace: Namespace;
  /** `search_path` is the namespace's schema. */
  readonly sql: Sql;
  /** Knows no prefix: keys are given whole. Throws where the lane has no Redis. */
  readonly redis: Redis;
}

/** A durable effect as a subject's ledger holds it; `key` and `operation` as the plan names them. */
export interface Effect {
  readonly key: string;
  readonly operation: string;
  readonly token?: string;
  readonly data?: unknown;
}

/** How the sink answers: `accept` all, `deduplicate` by key, or `fence` by token per key. */
export type SinkPolicy = "accept" | "deduplicate" | "fence";

/** Something that a subject has not finished. */
export interface Pending {
  readonly kind: string;
  /** A key of the plan, or all of it before its last slash: then it is about all keys that begin so. */
  readonly key: string;
  /** The subject goes on with it by itself, though nobody asks again: it is late, and not lost. False by default, as for a lease. */
  readonly queued?: boolean;
}

/** The harness's half of a subject. */
export interface Subject<Op extends Operation = Operation> {
  readonly name: string;
  readonly needs: readonly Service[];
  /** Where the instance's half lives: a TypeScript module that exports `hosted`, or any program that speaks docs/protocol.md. */
  readonly host: { readonly module: URL } | { readonly command: readonly string[] };
  readonly promises: Promises;
  /** Handed to the instance's half at its start, as plain JSON. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** How the sink answers this subject's foreign effects; `accept` by default. */
  readonly sink?: SinkPolicy;
  /**
   * Its instances may serve several runs, one after the other: they keep nothing from run to run but connections, and what
   * lies in the stores under an operation's key. Saves most of what a run costs; false by default.
   */
  readonly reusable?: boolean;
  /** What the operation is about, in words, for stories: `delivery of order 7`. */
  describe?(op: Op): string;
  /**
   * Tables, by a direct road, before any fault; once for each schema. Subjects with the very same function share the schema, as the
   * runs of one subject do: what is whose is told by the run's prefix.
   */
  prepare?(truth: Truth): Promise<void>;
  /** Durable effects of this run, by a direct road, when all is quiet, in the order in which the store took them. */
  effects?(truth: Truth): Promise<readonly Effect[]>;
  /** What is still pending when all is quiet: leases, batches, requests of this run. */
  pending?(truth: Truth): Promise<readonly Pending[]>;
}

/** All that a running instance may know of the harness. */
export interface World {
  readonly instance: number;
  readonly namespace: Namespace;
  readonly options: Readonly<Record<string, unknown>>;
  /** Through this instance's own link: the only road there is. */
  url(service: Service): URL;
  /** This instance's wall clock in ms since 1970, which a fault may set ahead or behind. */
  now(): number;
  /** Makes a foreign effect: a call to somebody else, which counts it. Rejects when the sink cannot be reached. */
  sink(
    effect: unknown,
    by: { readonly operation: string; readonly key?: string; readonly token?: bigint },
    signal?: AbortSignal,
  ): Promise<"accepted" | "duplicate" | "refused">;
  /** Testimony, with the operation it belongs to if any. */
  note(kind: string, data?: unknown, operation?: string): void;
}

/** What comes with an operation. */
export interface Call {
  /** The operation's id, which every effect has to carry. */
  readonly operation: string;
  /** Aborted when the harness no longer waits. */
  readonly signal: AbortSignal;
}

/** One running copy of the subject. */
export interface Instance<Op extends Operation = Operation> extends AsyncDisposable {
  /** Returns: ok · throws Refused: fail · throws anything else: info. */
  invoke(op: Op, call: Call): Promise<unknown>;
}

/** What a hosted module exports as `hosted`. */
export interface Hosted<Op extends Operation = Operation> {
  start(world: World): Promise<Instance<Op>>;
}
