/**
 * A history: what happened in one run, as plain JSON lines in the order of a single monotonic clock.
 *
 * `atMs` is the harness's clock, in milliseconds since the run's time zero (warm-up is negative). Everything that judges,
 * draws or counts reads this and nothing else, so an old run can be judged by a property written later.
 */

import type { Direction, Place, Service } from "./place.ts";
import type { Promises } from "./subject.ts";

/** First line: what ran. */
export interface RunEntry {
  readonly type: "run";
  readonly atMs: number;
  readonly formatVersion: number;
  readonly scenario: string;
  readonly identity: string;
  readonly subject: string;
  readonly promises: Promises;
  /** What the harness allows on top of a promise, for its own delays, in ms. */
  readonly graceMs: number;
  readonly versions: Readonly<Record<string, string>>;
  /** How many runs the same instances had served before this one; absent for instances that were started for it. */
  readonly after?: number;
}

/** A process (a sequential client) asks an instance. */
export interface InvokeEntry {
  readonly type: "invoke";
  readonly atMs: number;
  /** `d1.2`: the second send of delivery d1; `w0.1`: first warm-up operation of instance 0. */
  readonly operation: string;
  readonly process: number;
  readonly instance: number;
  readonly key: string;
  readonly op: unknown;
}

/** The operation was acknowledged. */
export interface OkEntry {
  readonly type: "ok";
  readonly atMs: number;
  readonly operation: string;
  readonly value: unknown;
}

/** The operation certainly did nothing. */
export interface FailEntry {
  readonly type: "fail";
  readonly atMs: number;
  readonly operation: string;
  readonly reason: string;
  /** Sending it again cannot help. */
  readonly final: boolean;
}

/** Nobody knows what the operation did. */
export interface InfoEntry {
  readonly type: "info";
  readonly atMs: number;
  readonly operation: string;
  readonly reason: string;
  /** thrown: the subject said so; deadline: it did not answer; died: its process ended; protocol: it broke the line protocol. */
  readonly because: "thrown" | "deadline" | "died" | "protocol";
}

/** A durable effect, read by a direct road when all was quiet. Entries come in the order of commit where the subject knows it. */
export interface EffectEntry {
  readonly type: "effect";
  readonly atMs: number;
  readonly key: string;
  /** The operation that made it, as it said itself. */
  readonly operation: string;
  /** Position among the durable effects, in the order in which the store took them. */
  readonly order: number;
  readonly token?: string;
  readonly data?: unknown;
}

/** A foreign effect, recorded by the sink before it answered. */
export interface SinkEntry {
  readonly type: "sink";
  readonly atMs: number;
  readonly instance: number;
  readonly operation: string;
  readonly key?: string;
  readonly token?: string;
  readonly answer: "accepted" | "duplicate" | "refused";
  readonly data?: unknown;
}

/** Testimony of an instance: handler, granted, believes, created, closed ... */
export interface NoteEntry {
  readonly type: "note";
  /** When the harness read it: never earlier than it was said. */
  readonly atMs: number;
  readonly instance: number;
  readonly operation?: string;
  readonly kind: string;
  readonly data?: unknown;
}

/** A whole message on the road, at the moment at which it was passed on. Never holds credentials or parameter values. */
export interface MessageEntry {
  readonly type: "message";
  readonly atMs: number;
  readonly instance: number;
  readonly service: Service;
  /** Ordinal of the connection on this link since the run began. */
  readonly connection: number;
  readonly direction: Direction;
  readonly message: string;
  readonly bytes: number;
  /**
   * Ordinal of the request on this connection; a reply has that of the request which it answers. 0: the connect itself, and what the
   * store says unasked. MULTI ... EXEC is one request.
   */
  readonly request: number;
  /**
   * Up: the statement, shortened and without literals; for Redis the number of keys of a script. Down: an error's code, or the state
   * of the transaction.
   */
  readonly text?: string;
  /** Down: true on the last message of a reply. */
  readonly last?: boolean;
  /** Down: true if the reply that ends here held an error. */
  readonly error?: boolean;
  /** The operation under way at the instance. */
  readonly operation?: string;
}

/** A connection of an instance opened or ended. */
export interface ConnectionEntry {
  readonly type: "connection";
  readonly atMs: number;
  readonly instance: number;
  readonly service: Service;
  readonly connection: number;
  /** drained: the store's end was seen after a cut or close. */
  readonly event: "opened" | "closed" | "reset" | "refused" | "cut" | "drained";
  readonly by: "instance" | "store" | "wire";
}

/** Something that disturbs was put in place, struck, was taken away. `id` is that of the plan. */
export interface DisturbEntry {
  readonly type: "disturb";
  readonly atMs: number;
  readonly id: string;
  /** The fault's name, or `cut`, `stall`, `barrier`. */
  readonly fault: string;
  readonly instance: number | "all";
  /**
   * injected: in place from now on · struck: certain to have had its effect, by the wire or by evidence · healing: being taken away ·
   * healed: certain to be gone · missed: over without having struck · unhealed: could not be taken away · broken: could not be injected
   */
  readonly event: "injected" | "struck" | "healing" | "healed" | "missed" | "unhealed" | "broken";
  readonly severity?: unknown;
  readonly place?: Place | Omit<Place, "byte">;
  /** What shows it, in words. */
  readonly evidence?: string;
}

/** What became of the process of an instance. */
export interface InstanceEntry {
  readonly type: "instance";
  readonly atMs: number;
  readonly instance: number;
  /** started: ready for work · stopped: ended its work as asked · died · hung: did not answer · leaked: had connections left · replaced · broke: spoke nonsense */
  readonly event: "started" | "stopped" | "died" | "hung" | "leaked" | "replaced" | "broke" | "start_failed";
  readonly detail?: string;
}

/** The observer itself did not run for a while. */
export interface StallEntry {
  readonly type: "stall";
  /** When it was over. */
  readonly atMs: number;
  readonly forMs: number;
  readonly who: "harness" | "probe";
}

/** The run's phases: zero (time zero), sent (no delivery is open or the deadline passed), quiet, unquiet (quiescence not reached), end. */
export interface PhaseEntry {
  readonly type: "phase";
  readonly atMs: number;
  readonly phase: "zero" | "healed" | "sent" | "quiet" | "unquiet" | "end";
  readonly detail?: string;
}

/** Read when all was quiet: something of the subject that is still pending (an unfinished lease, batch or request). */
export interface PendingEntry {
  readonly type: "pending";
  readonly atMs: number;
  readonly kind: string;
  readonly key: string;
  /** As in `Pending`. */
  readonly queued?: boolean;
}

/** More happened than a cap allowed to record. */
export interface DroppedEntry {
  readonly type: "dropped";
  readonly atMs: number;
  readonly what: string;
  readonly count: number;
}

/** The harness itself failed: the run says nothing about the subject. */
export interface BrokenEntry {
  readonly type: "broken";
  readonly atMs: number;
  readonly reason: string;
}

/** One line of a history. */
export type Entry =
  | RunEntry
  | InvokeEntry
  | OkEntry
  | FailEntry
  | InfoEntry
  | EffectEntry
  | SinkEntry
  | NoteEntry
  | MessageEntry
  | ConnectionEntry
  | DisturbEntry
  | InstanceEntry
  | StallEntry
  | PhaseEntry
  | PendingEntry
  | DroppedEntry
  | BrokenEntry;
