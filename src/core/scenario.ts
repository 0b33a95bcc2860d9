/**
 * A scenario: one claim in one file of `scenarios/`, whose name is the claim. It imports its subject, faults and
 * properties, so that the import graph is the registry. Three kinds: a claim that we make, a control (a flawed twin that
 * must be caught by the property that it names), and a limit (what a correct implementation cannot promise, shown).
 */

import type { Arbitrary } from "fast-check";
import type { AnyFault } from "./fault.ts";
import type { Service } from "./place.ts";
import type { Delivery, Operation } from "./plan.ts";
import type { Property } from "./property.ts";
import type { Subject } from "./subject.ts";

/** `sample`: each listed fault must have been confirmed, overlapping an operation, in at least so many valid runs. */
export const confirmationsMin = 5;

/** Plans drawn at random: workloads and fault windows. */
export interface Sampled<Op extends Operation> {
  readonly strategy: "sample";
  readonly workload: Arbitrary<readonly Delivery<Op>[]>;
  /** What each instance does before time zero, so that its connections are open when the first fault strikes; its key is replaced. */
  readonly warmUp?: Op;
  /** Each of them must have been confirmed, overlapping an operation, in at least 5 valid runs. */
  readonly faults: readonly AnyFault[];
  /** At most so many faults in one run; 2 by default. */
  readonly faultsMax?: number;
  /** Each fault strikes all instances, for only there it is certain to meet what it is about; false by default. */
  readonly onAllRoads?: boolean;
  /** Faults of the road strike those to these stores only; to all that the subject needs by default. */
  readonly services?: readonly Service[];
  /** Faults begin within this time; 300 ms by default. */
  readonly withinMs?: number;
  /** How long faults stay in place: 80 to 250 ms by default. */
  readonly windowMs?: { readonly min: number; readonly max: number };
  /** How many valid runs the quick budget asks for at least; 20 by default. */
  readonly runsMin?: number;
  /**
   * How many runs the quick budget makes at most, even if a fault was not confirmed often enough, or runs were void; by default
   * 12 × runsMin + 60 for each fault, and 3 × runsMin where there are no faults.
   */
  readonly runsMax?: number;
}

/** One plan for each place at which the conversation of one operation can be disturbed. */
export interface EveryPlace<Op extends Operation> {
  readonly strategy: "cuts";
  /** The operation whose conversation is learned and disturbed. */
  readonly operation: Op;
  /**
   * What opens the connections of an instance before time zero, one after the other; keys begin with `warm`, and the instance's number
   * is put behind that. The operation itself by default, with the key `warm0`.
   */
  readonly openedBy?: readonly Op[];
  /** What is done and acknowledged beforehand, in this order, at the last instance: what the operation finds in the stores. */
  readonly before?: readonly Op[];
  /** What is delivered when all else was acknowledged, one after the other, at the instances in turn: what brings the work to its end. */
  readonly after?: readonly Op[];
  /** Whether its instance has to connect first (`new`), or did an operation before (`open`); both by default. */
  readonly connections?: readonly ("new" | "open")[];
  /**
   * cut: before, inside and after each message, both directions · stall: each message held longer than every lease and timeout ·
   * barrier: all instances, with the same key, let into the same gap together · a fault: injected while the message is held.
   */
  readonly disturb: readonly ("cut" | "stall" | "barrier" | AnyFault)[];
  /** Only messages to and from these stores are disturbed; all by default. */
  readonly services?: readonly Service[];
  /** How long a stalled message is held; 1.25 × (the largest of promise and lease) + 50 ms by default. */
  readonly stallMs?: number;
}

/** Where a scenario's plans come from. */
export type Plans<Op extends Operation> = Sampled<Op> | EveryPlace<Op>;

interface Common<Op extends Operation> {
  /** The claim in one sentence. */
  readonly title: string;
  /** Why it matters, in a few sentences; printed in the report. */
  readonly story?: string;
  readonly plans: Plans<Op>;
  /** What disturbs it: `faults`, `sender` alone (bursts and duplicates), or `nothing`. */
  readonly disturbedBy: "faults" | "sender" | "nothing";
  /** How many instances run; 3 by default. */
  readonly instances?: number;
  /** How far the wall clock of each instance is ahead (or behind, if negative), in ms. */
  readonly clocksMs?: readonly number[];
}

/** What we claim of a correct subject. */
export interface Claim<Op extends Operation = Operation> extends Common<Op> {
  readonly kind: "claim";
  readonly subject: Subject<Op>;
  readonly properties: readonly Property[];
  /** Ids of the promises (`docs/safeguards.md`) that it proves. */
  readonly proves?: readonly string[];
}

/** A flawed twin that must be caught. */
export interface Control<Op extends Operation = Operation> extends Common<Op> {
  readonly kind: "control";
  readonly subject: Subject<Op>;
  /** The good one, which must hold under the same plans, options and times. */
  readonly good: Subject<Op>;
  /** What the twin does wrong, in one sentence. */
  readonly flaw: string;
  /** The property that must be violated. */
  readonly names: Property;
  /** Other properties that are judged as well, to fill the matrix. */
  readonly also?: readonly Property[];
  /** `unknown` for the twin that is no twin: a fault that does nothing. */
  readonly expect?: "violated" | "unknown";
  /** Ids of the promises that this twin lacks. */
  readonly lacks?: readonly string[];
}

/** A known limit: expected to be violated, and no fault of anybody's. */
export interface Limit<Op extends Operation = Operation> extends Common<Op> {
  readonly kind: "limit";
  readonly subject: Subject<Op>;
  readonly names: Property;
  readonly also?: readonly Property[];
  /** What a user has to know. */
  readonly because: string;
}

/** What a file of `scenarios/` exports by default. */
export type Scenario<Op extends Operation = Operation> = Claim<Op> | Control<Op> | Limit<Op>;

/** A scenario with the path that names it: `dedupe/fails_open_is_caught`. */
export interface NamedScenario {
  readonly path: string;
  // deno-lint-ignore no-explicit-any -- each scenario has its own type of operation; the engine treats it as data
  readonly scenario: Scenario<any>;
}

/** Checks the types of a claim, as an identity. */
export function claim<Op extends Operation>(of: Omit<Claim<Op>, "kind">): Claim<Op> {
  return { kind: "claim", ...of };
}

/** Checks the types of a control, as an identity. */
export function control<Op extends Operation>(of: Omit<Control<Op>, "kind">): Control<Op> {
  return { kind: "control", ...of };
}

/** Checks the types of a limit, as an identity. */
export function limit<Op extends Operation>(of: Omit<Limit<Op>, "kind">): Limit<Op> {
  return { kind: "limit", ...of };
}

/** All properties that a scenario judges. */
export function propertiesOf(scenario: Scenario): readonly Property[] {
  if (scenario.kind === "claim") return scenario.properties;
  return [scenario.names, ...(scenario.also ?? [])];
}

/** What a scenario expects to come out. */
export function expectationOf(scenario: Scenario): "holds" | "violated" | "unknown" {
  if (scenario.kind === "claim") return "holds";
  return scenario.kind === "control" ? scenario.expect ?? "violated" : "violated";
}
