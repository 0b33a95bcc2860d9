/**
 * A plan: plain JSON that holds all that chance decides about one run.
 *
 * Who asks what of which instance and when, which faults strike where and when and how hard, which messages are cut or held, and in
 * which order held ones are let go. The same plan can be executed again, stored, shrunk and drawn. It does not fix how
 * the machines interleave it; that is what a reproduction rate is for.
 */

import type { MessagePlace, Place, Service } from "./place.ts";

/** The version of plan and history files that this code writes, and the newest that it reads. */
export const formatVersion = 1;

/** What every operation of a workload has: the key by which effects are counted. The rest is the subject's own. */
export interface Operation {
  readonly key: string;
  /** It makes no effect of its own, so none is missed: a turn of a loop, a question. False by default. */
  readonly effectless?: boolean;
}

/**
 * One chain of sends of the same request: the sender comes again until it is acknowledged (at least once, as webhook
 * providers do). Two deliveries of one key are duplicates.
 */
export interface Delivery<Op extends Operation = Operation> {
  /** Unique in the plan: `d1`. The operations that it leads to are `d1.1`, `d1.2` ... */
  readonly id: string;
  readonly op: Op;
  /** When the first send happens: at a time of the run, or some time after another delivery was acknowledged. */
  readonly starts: { readonly atMs: number } | { readonly afterAckOf: string; readonly afterMs: number };
  /** The instance asked by the 1st, 2nd, ... send; the last two alternate for all further ones. */
  readonly route: readonly number[];
  /** Waiting times before the 2nd, 3rd, ... send; the last holds for all further ones. */
  readonly resendAfterMs: readonly number[];
}

/** When a fault strikes: a window of time, or a message of a conversation at which the instance is held meanwhile. */
export type Strikes =
  | { readonly atMs: number; readonly forMs: number }
  | { readonly place: MessagePlace; readonly instance: number; readonly operation: string; readonly forMs: number };

/** A fault of `faults/`, by its name, with its exact severity. */
export interface PlannedFault {
  readonly id: string;
  readonly fault: string;
  readonly service: Service;
  /** The instance whose road is disturbed; `all` for every road, and for faults of the server itself. */
  readonly instance: number | "all";
  readonly severity: unknown;
  readonly strikes: Strikes;
}

/** The connection is cut once, at an exact place of the conversation of one operation. */
export interface PlannedCut {
  readonly id: string;
  readonly instance: number;
  /** The operation (`d1.1`) in whose conversation the place is counted. */
  readonly operation: string;
  readonly place: Place;
}

/** A message is held back: `stall` for a time, `barrier` until all instances are in the same gap. */
export type PlannedHold =
  | {
    readonly id: string;
    readonly kind: "stall";
    readonly instance: number;
    readonly operation: string;
    readonly place: MessagePlace;
    readonly forMs: number;
  }
  | {
    readonly id: string;
    readonly kind: "barrier";
    /** The operation of each instance that takes part: instance number to `d1.1`. */
    readonly operations: Readonly<Record<number, string>>;
    readonly place: MessagePlace;
    /** The barrier opens after this time even if not all came; it was then not hit. */
    readonly atMostMs: number;
  };

/** One run, before it happens. */
export interface Plan<Op extends Operation = Operation> {
  readonly formatVersion: typeof formatVersion;
  /** The scenario's path without its ending: `dedupe/transactional_holds_under_cuts`. */
  readonly scenario: string;
  /** Stable name of this plan among those of its scenario: what shards hash and reports show. */
  readonly identity: string;
  readonly seed: number;
  readonly instances: number;
  /** Operations that each instance does before time zero, undisturbed: opens connections. One list an instance; may be empty. */
  readonly warmUp: readonly (readonly Op[])[];
  /** How far the wall clock of each instance is ahead (or behind, if negative), in ms; 0 for those that are not named. */
  readonly clocksMs?: readonly number[];
  readonly deliveries: readonly Delivery<Op>[];
  readonly faults: readonly PlannedFault[];
  readonly cuts: readonly PlannedCut[];
  readonly holds: readonly PlannedHold[];
  /** Which of several possible next steps is taken, in order; a missing one is 0. Barriers let go in this order. */
  readonly choices: readonly number[];
}

/** True if anything but the sender is planned to disturb the run. */
export function disturbs(plan: Plan): boolean {
  return plan.faults.length + plan.cuts.length + plan.holds.length > 0;
}
