/**
 * A history as properties want to see it: operations with their outcomes, keys with their effects, disturbances with
 * their windows, decisions of the store. Made once, in one pass, and shared by all properties; it adds nothing that the
 * entries do not say.
 */

import { Decisions, type DecisionView } from "./decisions.ts";
import { addDisturbance, type DisturbanceView, lastHealMs } from "./disturbance.ts";
import type { Entry } from "./history.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./plan.ts";

export type { DecisionView } from "./decisions.ts";
export type { DisturbanceView } from "./disturbance.ts";

/** An entry with its index in the history, for evidence. */
export type At<E> = E & { readonly index: number };

/** An entry of one type, with its index. */
export type Line<T extends Entry["type"]> = At<Extract<Entry, { readonly type: T }>>;

/** One operation from its invocation to its outcome. */
export interface OperationView {
  readonly id: string;
  /** The delivery that it belongs to: `d1`; `w0` for warm-ups. */
  readonly delivery: string;
  readonly key: string;
  readonly process: number;
  readonly instance: number;
  readonly op: unknown;
  readonly invoke: Line<"invoke">;
  /** Undefined if the history ends before it settled. */
  outcome: Outcome | undefined;
  settled: Line<"ok" | "fail" | "info"> | undefined;
}

/** All about one key. */
export interface KeyView {
  readonly key: string;
  readonly operations: OperationView[];
  readonly effects: Line<"effect">[];
  readonly sinks: Line<"sink">[];
}

/** A history, indexed. */
export interface View {
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  readonly run: Line<"run">;
  readonly operations: ReadonlyMap<string, OperationView>;
  readonly keys: ReadonlyMap<string, KeyView>;
  readonly disturbances: ReadonlyMap<string, DisturbanceView>;
  readonly notes: readonly Line<"note">[];
  readonly messages: readonly Line<"message">[];
  /** By instance, in the order in which they crossed the wire to it. */
  readonly decisions: ReadonlyMap<number, readonly DecisionView[]>;
  readonly instances: readonly Line<"instance">[];
  readonly stalls: readonly Line<"stall">[];
  readonly pending: readonly Line<"pending">[];
  readonly dropped: readonly Line<"dropped">[];
  /** The run's phases, each with its last entry. */
  readonly phases: ReadonlyMap<Line<"phase">["phase"], Line<"phase">>;
  /** All was quiet at the end, so that effects were read in peace. */
  readonly quiet: boolean;
  /** When the last disturbance was over; 0 if there was none; undefined if one is not known to be over. */
  readonly lastHealAtMs: number | undefined;
  /** Why the harness broke, if it did. */
  readonly broken: string | undefined;
}

/** Indexes a history. Throws if it has no first line that says what ran. */
export function view(plan: Plan, entries: readonly Entry[]): View {
  const run = entries[0];
  if (run?.type !== "run") throw new Error("Cannot read a history: its first line does not say what ran");
  const draft = empty();
  for (let index = 0; index < entries.length; index++) add(draft, entries[index]!, index);
  const quiet = draft.phases.has("quiet") && !draft.phases.has("unquiet");
  const { decided, ...indexed } = draft;
  return {
    ...{ ...indexed, plan, entries, quiet, decisions: decided.byInstance },
    ...{ run: at(run, 0), lastHealAtMs: lastHealMs(draft.disturbances.values()) },
  };
}

/** Decisions of an instance that were asked for after one index of the history and answered before another. */
export function decisionsBetween(view: View, instance: number, after: number, before: number): DecisionView[] {
  const all = view.decisions.get(instance) ?? [];
  let low = 0;
  for (let high = all.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (all[middle]!.answered <= after) low = middle + 1;
    else high = middle;
  }
  const found: DecisionView[] = [];
  for (let i = low; i < all.length && all[i]!.answered < before; i++) if (all[i]!.asked > after) found.push(all[i]!);
  return found;
}

function empty() {
  return {
    operations: new Map<string, OperationView>(),
    keys: new Map<string, KeyView>(),
    disturbances: new Map<string, DisturbanceView>(),
    notes: [] as Line<"note">[],
    messages: [] as Line<"message">[],
    decided: new Decisions(),
    instances: [] as Line<"instance">[],
    stalls: [] as Line<"stall">[],
    pending: [] as Line<"pending">[],
    dropped: [] as Line<"dropped">[],
    phases: new Map<Line<"phase">["phase"], Line<"phase">>(),
    broken: undefined as string | undefined,
  };
}

type Draft = ReturnType<typeof empty>;

/** The index is written onto the entry itself: histories have a million of them, and a copy of each would double the cost. */
function at<E extends Entry>(entry: E, index: number): At<E> {
  (entry as { index?: number }).index = index;
  return entry as At<E>;
}

function add(draft: Draft, entry: Entry, index: number): void {
  switch (entry.type) {
    case "invoke":
      return invoked(draft, at(entry, index));
    case "ok":
    case "fail":
    case "info": {
      const operation = draft.operations.get(entry.operation);
      if (!operation || operation.settled) return;
      operation.outcome = entry.type;
      operation.settled = at(entry, index);
      return;
    }
    case "effect":
      return void keyOf(draft, entry.key).effects.push(at(entry, index));
    case "sink": {
      // Counted by what was delivered, whatever key the subject passed on.
      const key = draft.operations.get(entry.operation)?.key ?? entry.key ?? entry.operation;
      return void keyOf(draft, key).sinks.push(at(entry, index));
    }
    case "disturb":
      return addDisturbance(draft.disturbances, at(entry, index));
    case "note":
      return void draft.notes.push(at(entry, index));
    case "message":
      draft.messages.push(at(entry, index));
      return draft.decided.read(draft.messages.at(-1)!);
    case "instance":
      return void draft.instances.push(at(entry, index));
    case "stall":
      return void draft.stalls.push(at(entry, index));
    case "pending":
      return void draft.pending.push(at(entry, index));
    case "dropped":
      return void draft.dropped.push(at(entry, index));
    case "phase":
      return void draft.phases.set(entry.phase, at(entry, index));
    case "broken":
      draft.broken ??= entry.reason;
  }
}

function invoked(draft: Draft, invoke: Line<"invoke">): void {
  const { operation: id, key, process, instance, op } = invoke;
  const delivery = id.slice(0, id.lastIndexOf("."));
  const operation = { id, delivery, key, process, instance, op, invoke, outcome: undefined, settled: undefined };
  draft.operations.set(id, operation);
  keyOf(draft, key).operations.push(operation);
}

function keyOf(draft: Draft, key: string): KeyView {
  let found = draft.keys.get(key);
  if (!found) draft.keys.set(key, found = { key, operations: [], effects: [], sinks: [] });
  return found;
}
