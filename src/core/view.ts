/**
 * A history as properties want to see it: operations with their outcomes, keys with their effects, disturbances with
 * their windows. Made once, in one pass, and shared by all properties; it adds nothing that the entries do not say.
 */

import type { Outcome } from "./outcome.ts";
import type {
  DisturbEntry,
  EffectEntry,
  Entry,
  InstanceEntry,
  InvokeEntry,
  MessageEntry,
  NoteEntry,
  PendingEntry,
  RunEntry,
  SinkEntry,
  StallEntry,
} from "./history.ts";
import type { Plan } from "./plan.ts";

/** An entry with its index in the history, for evidence. */
export type At<E> = E & { readonly index: number };

/** One operation from its invocation to its outcome. */
export interface OperationView {
  readonly id: string;
  /** The delivery that it belongs to: `d1`; `w0` for warm-ups. */
  readonly delivery: string;
  readonly key: string;
  readonly process: number;
  readonly instance: number;
  readonly op: unknown;
  readonly invoke: At<InvokeEntry>;
  /** Undefined if the history ends before it settled. */
  outcome: Outcome | undefined;
  settled: At<Extract<Entry, { type: "ok" | "fail" | "info" }>> | undefined;
}

/** All about one key. */
export interface KeyView {
  readonly key: string;
  readonly operations: OperationView[];
  readonly effects: At<EffectEntry>[];
  readonly sinks: At<SinkEntry>[];
}

/** One disturbance from injection to heal. Times are undefined where it did not come to that. */
export interface DisturbanceView {
  readonly id: string;
  readonly fault: string;
  readonly instance: number | "all";
  injectedAtMs: number | undefined;
  struckAtMs: number | undefined;
  healedAtMs: number | undefined;
  /** It certainly happened. */
  confirmed: boolean;
  /** It is certainly over. */
  healed: boolean;
  evidence: string | undefined;
  readonly entries: At<DisturbEntry>[];
}

/** A history, indexed. */
export interface View {
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  readonly run: RunEntry;
  readonly operations: ReadonlyMap<string, OperationView>;
  readonly keys: ReadonlyMap<string, KeyView>;
  readonly disturbances: ReadonlyMap<string, DisturbanceView>;
  readonly notes: readonly At<NoteEntry>[];
  readonly messages: readonly At<MessageEntry>[];
  readonly instances: readonly At<InstanceEntry>[];
  readonly stalls: readonly At<StallEntry>[];
  readonly pending: readonly At<PendingEntry>[];
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
  const draft = {
    plan,
    entries,
    run,
    operations: new Map<string, OperationView>(),
    keys: new Map<string, KeyView>(),
    disturbances: new Map<string, DisturbanceView>(),
    notes: [] as At<NoteEntry>[],
    messages: [] as At<MessageEntry>[],
    instances: [] as At<InstanceEntry>[],
    stalls: [] as At<StallEntry>[],
    pending: [] as At<PendingEntry>[],
    quiet: false,
    broken: undefined as string | undefined,
  };
  for (let index = 0; index < entries.length; index++) add(draft, entries[index]!, index);
  return { ...draft, lastHealAtMs: lastHeal([...draft.disturbances.values()]) };
}

type Draft = Omit<View, "operations" | "keys" | "disturbances" | "lastHealAtMs" | "quiet" | "broken" | "notes"> & {
  operations: Map<string, OperationView>;
  keys: Map<string, KeyView>;
  disturbances: Map<string, DisturbanceView>;
  notes: At<NoteEntry>[];
  messages: At<MessageEntry>[];
  instances: At<InstanceEntry>[];
  stalls: At<StallEntry>[];
  pending: At<PendingEntry>[];
  quiet: boolean;
  broken: string | undefined;
};

function add(draft: Draft, entry: Entry, index: number): void {
  // The index is written onto the entry itself: histories have a million of them, and a copy of each would double the cost.
  const at = <E extends Entry>(e: E) => Object.assign(e, { index }) as At<E>;
  switch (entry.type) {
    case "invoke":
      return invoked(draft, at(entry));
    case "ok":
    case "fail":
    case "info": {
      const operation = draft.operations.get(entry.operation);
      if (operation && !operation.settled) {
        operation.outcome = entry.type;
        operation.settled = at(entry);
      }
      return;
    }
    case "effect":
      keyOf(draft, entry.key).effects.push(at(entry));
      return;
    case "sink":
      keyOf(draft, draft.operations.get(entry.operation)?.key ?? entry.key ?? entry.operation).sinks.push(at(entry));
      return;
    case "disturb":
      return disturbed(draft, at(entry));
    case "note":
      draft.notes.push(at(entry));
      return;
    case "message":
      draft.messages.push(at(entry));
      return;
    case "instance":
      draft.instances.push(at(entry));
      return;
    case "stall":
      draft.stalls.push(at(entry));
      return;
    case "pending":
      draft.pending.push(at(entry));
      return;
    case "phase":
      if (entry.phase === "quiet") draft.quiet = true;
      return;
    case "broken":
      draft.broken ??= entry.reason;
  }
}

function invoked(draft: Draft, entry: At<InvokeEntry>): void {
  const operation: OperationView = {
    id: entry.operation,
    delivery: entry.operation.slice(0, entry.operation.lastIndexOf(".")),
    key: entry.key,
    process: entry.process,
    instance: entry.instance,
    op: entry.op,
    invoke: entry,
    outcome: undefined,
    settled: undefined,
  };
  draft.operations.set(operation.id, operation);
  keyOf(draft, entry.key).operations.push(operation);
}

function keyOf(draft: Draft, key: string): KeyView {
  let found = draft.keys.get(key);
  if (!found) draft.keys.set(key, found = { key, operations: [], effects: [], sinks: [] });
  return found;
}

function disturbed(draft: Draft, entry: At<DisturbEntry>): void {
  let found = draft.disturbances.get(entry.id);
  if (!found) {
    const { id, fault, instance } = entry;
    found = {
      id,
      fault,
      instance,
      injectedAtMs: undefined,
      struckAtMs: undefined,
      healedAtMs: undefined,
      confirmed: false,
      healed: false,
      evidence: undefined,
      entries: [],
    };
    draft.disturbances.set(id, found);
  }
  found.entries.push(entry);
  found.evidence = entry.evidence ?? found.evidence;
  if (entry.event === "injected") found.injectedAtMs = entry.atMs;
  if (entry.event === "struck") {
    found.struckAtMs = entry.atMs;
    found.confirmed = true;
  }
  if (entry.event === "healed" || entry.event === "missed") {
    found.healedAtMs = entry.atMs;
    found.healed = true;
  }
}

function lastHeal(all: readonly DisturbanceView[]): number | undefined {
  if (all.some((d) => !d.healed)) return undefined;
  return all.reduce((latest, d) => Math.max(latest, d.healedAtMs ?? 0), 0);
}
