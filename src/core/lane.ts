/**
 * A lane: all that one run at a time needs of the world, kept for many runs. `execute` sees nothing else of the stacks,
 * and the stacks know nothing of runs; they meet here.
 */

import type { Redis } from "ioredis";
import type { Sql } from "postgres";
import type { Link, Server } from "./fault.ts";
import type { ConnectionEntry, InstanceEntry, MessageEntry, SinkEntry } from "./history.ts";
import type { MessagePlace, Place, Service } from "./place.ts";
import type { Operation } from "./plan.ts";
import type { Namespace, SinkPolicy, Subject } from "./subject.ts";

/** A message that is held, or will be once it comes by. */
export interface Hold {
  /** Resolves when the message is held. Never rejects; stays pending if it never comes. */
  readonly held: Promise<{ readonly connection: number; readonly backendPid: number | undefined }>;
  readonly isHeld: boolean;
  /** Lets it go, and holds no more. */
  release(): void;
  /** Does not wait for it any longer; lets it go if it is held. */
  disarm(): void;
}

/** A connection as the road sees it. */
export interface RoadConnection {
  readonly connection: number;
  readonly backendPid?: number | undefined;
  /** No request unanswered, no transaction open. */
  readonly idle: boolean;
  readonly clientOpen: boolean;
  readonly serverOpen: boolean;
}

/** A link that can count, cut and hold: wire and proxy together. */
export interface Road extends Link {
  /** Where the instance finds the store. */
  readonly url: URL;
  /** An operation begins at this instance: places are counted from here. */
  begin(operation: string): void;
  end(operation: string): void;
  cut(cut: { operation: string; place: Place }, struck: (what: string) => void): { disarm(): void };
  hold(hold: { operation: string; place: MessagePlace }): Hold;
  connections(): readonly RoadConnection[];
}

/** What came of an invocation. It never rejects. */
export type Reply =
  | { readonly outcome: "ok"; readonly value: unknown }
  | { readonly outcome: "fail"; readonly reason: string; readonly final: boolean }
  | {
    readonly outcome: "info";
    readonly reason: string;
    readonly because: "thrown" | "deadline" | "died" | "protocol";
  };

/** One instance, in a process of its own (or inside the harness, for debuggers). */
export interface RunningInstance {
  readonly pid: number | undefined;
  readonly alive: boolean;
  /** Settles at the deadline at the latest. */
  invoke(operation: string, op: Operation, deadlineMs: number): Promise<Reply>;
  /** `left` is asked when it has ended its work, and before its process serves another: what the wire still sees of it, if anything. */
  stop(deadlineMs: number, left?: Left): Promise<"stopped" | "hung" | "died">;
  kill(): void;
}

/** What an instance left behind, as the wire sees it, such as "1 connection"; undefined if that is nothing. */
export type Left = () => Promise<string | undefined>;

/** What an instance is started with. */
export interface StartSpec {
  readonly instance: number;
  readonly host: Subject["host"];
  readonly namespace: Namespace;
  readonly options: Readonly<Record<string, unknown>>;
  readonly urls: Readonly<Partial<Record<Service, string>>>;
  /** URL of the sink, for this run. */
  readonly sink: string;
  readonly clockOffsetMs?: number;
}

/** Who hears what an instance says. */
export interface InstanceListener {
  note(kind: string, data: unknown, operation: string | undefined): void;
  event(event: InstanceEntry["event"], detail?: string): void;
}

/** What a start came to. It never rejects. */
export type Started =
  | { readonly started: RunningInstance }
  | {
    readonly failed: string;
    readonly code?: string | undefined;
    readonly because: "thrown" | "deadline" | "died" | "protocol";
  };

/** Processes for instances, used again from run to run. */
export interface InstancePool extends AsyncDisposable {
  start(spec: StartSpec, listener: InstanceListener, deadlineMs: number): Promise<Started>;
  warm(count: number): Promise<void>;
}

/** A sink entry as the sink knows it. */
export type SinkRecord = Pick<SinkEntry, "instance" | "operation" | "key" | "token" | "answer" | "data">;

/** One run's part of the sink. */
export interface RunSink {
  readonly url: string;
  close(): void;
}

/** All that one run at a time needs of the world. */
export interface Lane extends AsyncDisposable {
  readonly name: string;
  /** Servers that are this lane's own, so faults may strike them. */
  readonly servers: Readonly<Partial<Record<Service, Server>>>;
  /** One for each instance and service. */
  readonly roads: readonly Road[];
  readonly instances: InstancePool;
  /** The direct road to Postgres, with the right to end sessions. */
  readonly sql: Sql;
  /** The direct road to Redis, with all rights. Throws where there is none. */
  readonly redis: Redis;
  /** The subject's tables stand in the schema that this names; made once for all subjects whose tables the same function prepares. */
  schemaFor(subject: Subject): Promise<string>;
  /** The direct road into a schema. */
  sqlIn(schema: string): Sql;
  openSink(run: { prefix: string; policy: SinkPolicy; record(entry: SinkRecord): void }): RunSink;
  /** Roads listen, and record. */
  openRoads(run: { record(entry: MessageEntry | ConnectionEntry): void; now(): number }): Promise<void>;
  /** The next run of a series begins on the connections that are open. */
  turnRoads(run: { record(entry: MessageEntry | ConnectionEntry): void; now(): number }): void;
  /** Roads listen no more; resolves when all connections have ended, or at the deadline with the number of those left. */
  closeRoads(deadlineMs: number): Promise<{ readonly undrained: number }>;
  /** How many sessions instances of this lane have at the stores. */
  sessions(): Promise<number>;
  /** Ends those sessions. */
  endSessions(): Promise<void>;
  /** Takes away whatever a run may have left on the roads; rejects if that cannot be confirmed. */
  cleanRoads(): Promise<void>;
}
