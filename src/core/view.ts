/**
 * A history as properties want to see it: operations with their outcomes, keys with their effects, disturbances with
 * their windows, decisions of the store. Made once, in one pass, and shared by all properties; it adds nothing that the
 * entries do not say.
 */

import { addDisturbance, type DisturbanceView, lastHealMs } from "./disturbance.ts";
import type { Entry } from "./history.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./plan.ts";

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

/** A complete reply, without an error, to a statement that may decide whether an operation goes on. */
export interface DecisionView {
  /** Index of the message that asked the store to execute the statement. */
  readonly asked: number;
  /** Index of the message that completes the reply. */
  readonly answered: number;
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
  return { ...draft, plan, entries, run: at(run, 0), quiet, lastHealAtMs: lastHealMs(draft.disturbances.values()) };
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
    decisions: new Map<number, DecisionView[]>(),
    conversations: new Map<string, Conversation>(),
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
      return (entry.direction === "up" ? asked : answered)(draft, draft.messages.at(-1)!);
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

/** Statements that open, close or set something, or ask the catalog: their replies say nothing about an operation. */
const decidesNothing = new RegExp(
  [
    "^(begin|start|commit|end|rollback|abort|savepoint|release|set|show|reset|discard|deallocate|listen|unlisten)\\b",
    "^select\\s+[^\\s()]+$",
    "^select\\s+(pg_(?!\\w*advisory)\\w+|set_config|current_setting|version|now)\\s*\\(",
    '^select\\b.*\\b(from|join)\\s+"?(pg_|information_schema)',
  ].join("|"),
  "is",
);

/** A request under way: its statements, how many of them are complete, whether the store has reported an error. */
interface Request {
  readonly statements: { readonly asked: number; readonly decides: boolean }[];
  complete: number;
  failed: boolean;
}

/** What was said on one connection: requests by their ordinals, and the statement parsed last and not yet executed. */
interface Conversation {
  parsed: string | undefined;
  readonly requests: Map<number, Request>;
}

function asked(draft: Draft, message: Line<"message">): void {
  const { message: name, request: ordinal, text } = message;
  const executes = name === "Query" || name === "Execute";
  if (ordinal === 0 || (!executes && name !== "Parse" && name !== "Bind")) return; // 0: the connect itself
  const conversation = conversationOf(draft, message);
  if (!executes) return void (conversation.parsed = text ?? conversation.parsed);
  // Text that nobody knows gets the benefit of the doubt: it may be the claim.
  const said = text ?? (name === "Execute" ? conversation.parsed : undefined) ?? "?";
  if (name === "Execute") conversation.parsed = undefined;
  let request = conversation.requests.get(ordinal);
  if (!request) conversation.requests.set(ordinal, request = { statements: [], complete: 0, failed: false });
  for (const statement of said.split(";").map((part) => part.trim()).filter((part) => part !== "")) {
    request.statements.push({ asked: message.index, decides: !decidesNothing.test(statement) });
  }
}

function answered(draft: Draft, message: Line<"message">): void {
  const { message: name, last } = message;
  // A driver may act on this message or wait for ReadyForQuery: the earlier of the two is what can be held against it.
  const completes = name === "CommandComplete" || name === "PortalSuspended";
  if (!completes && !last && name !== "ErrorResponse") return;
  const { requests } = conversationOf(draft, message);
  const request = requests.get(message.request);
  if (!request) return;
  if (name === "ErrorResponse") request.failed = true;
  if (completes && !request.failed) {
    const known = request.statements[request.complete++];
    const statement = known ?? { asked: request.statements.at(-1)?.asked ?? message.index, decides: true };
    let decisions = draft.decisions.get(message.instance);
    if (!decisions) draft.decisions.set(message.instance, decisions = []);
    if (statement.decides) decisions.push({ asked: statement.asked, answered: message.index });
  }
  if (last) requests.delete(message.request);
}

function conversationOf(draft: Draft, { instance, service, connection }: Line<"message">): Conversation {
  const name = `${instance} ${service} ${connection}`;
  let found = draft.conversations.get(name);
  if (!found) draft.conversations.set(name, found = { parsed: undefined, requests: new Map() });
  return found;
}
