/**
 * Running copies of subjects: what the engine asks of them, whether they live in processes of their own or inside.
 *
 * Whatever a subject does (throw, hang, spin, exit, print nonsense) is a value here and never an exception. A sibling of
 * the two pools would be one on another machine.
 */

import type { InstanceEntry } from "../../core/history.ts";
import type { Left } from "../../core/lane.ts";
import type { Operation } from "../../core/plan.ts";
import type { Service } from "../../core/place.ts";
import type { Namespace, Subject } from "../../core/subject.ts";

export { insidePool } from "./inside_pool.ts";
export { type PoolOptions, processPool } from "./process_pool.ts";

/** What one instance needs to begin. */
export interface StartSpec {
  readonly instance: number;
  readonly host: Subject["host"];
  readonly namespace: Namespace;
  readonly options: Readonly<Record<string, unknown>>;
  /** Its own road to each store. */
  readonly urls: Readonly<Partial<Record<Service, string>>>;
  /** URL of the sink of its run. */
  readonly sink: string;
  /** How far its wall clock is ahead of ours; 0 by default. */
  readonly clockOffsetMs?: number;
}

/** Why nobody knows: the subject threw, did not answer in time, its process ended, or it broke the line protocol. */
export type Because = "thrown" | "deadline" | "died" | "protocol";

/** What became of an operation. */
export type Reply =
  | { readonly outcome: "ok"; readonly value: unknown }
  | { readonly outcome: "fail"; readonly reason: string; readonly final: boolean }
  | { readonly outcome: "info"; readonly reason: string; readonly because: Because };

/** Hears what an instance says and what becomes of it. Called in the order of the line, before the reply that follows. */
export interface Listener {
  note(kind: string, data: unknown, operation: string | undefined): void;
  event(event: InstanceEntry["event"], detail?: string): void;
}

/** An instance that is ready for work. */
export interface RunningInstance {
  /** The process that we started, the leader of its own process group; undefined when hosted inside. */
  readonly pid: number | undefined;
  /** Never rejects. At the deadline the reply is info, a cancel is sent, and an answer that comes later is ignored. */
  invoke(operation: string, op: Operation, deadlineMs: number): Promise<Reply>;
  /**
   * Asks it to end its work: `hung` if it had to be killed at the deadline, `died` if its process ended instead. Then asks what the wire
   * still sees of it: with anything `left` it has leaked, and its process is not used again.
   */
  stop(deadlineMs: number, left?: Left): Promise<"stopped" | "hung" | "died">;
  /** False once it was stopped, killed, or lost. */
  readonly alive: boolean;
  /** SIGKILL for it and its process group; inside, it is given up. */
  kill(): void;
}

/** A start that succeeded, or why it did not. */
export type Start =
  | { readonly started: RunningInstance }
  | {
    /** Masked first line. */
    readonly failed: string;
    /** The code of what was thrown, or of its cause. */
    readonly code?: string;
    readonly because: Because;
  };

/** A source of instances for a whole session. */
export interface InstancePool extends AsyncDisposable {
  /** Takes a process (or makes one) and starts the subject in it. Never rejects. */
  start(spec: StartSpec, listener: Listener, deadlineMs: number): Promise<Start>;
  /** Makes n processes ahead of time, and keeps as many from then on; they load no subject yet. Rejects if none can be made. */
  warm(n: number): Promise<void>;
}
