/**
 * Draws histories, so that tests of judgements read as pictures: one lane a process, one column a millisecond.
 *
 *     A  |--deliver(e1)-------info|                       an operation, from its invocation to its outcome
 *     B        |--deliver(e1)-------------ok|             another process, at another instance
 *                   *effect(e1)                           a durable effect, by the operation of e1 under way
 *                                *sink(e1 refused by=d1.1) what a sink answered (accepted, if not said)
 *     A    >claim  <done <ready  !handler                 messages on A's road, and what its instance said
 *             ~latency~~~~~~~healed                       a disturbance; `~cut?~` is not certain to have struck
 *             =harness===   ^died   ?lease(e1)   #sent    the observer's stall, an instance's event, something pending (?queued: it goes on unasked), a phase
 *     A    >push <number   !batch(b1 c1/m1)               the same on the road to Redis, and a batch's handler
 *
 * Operations are `d1.1`, `d1.2` ... by lane and key; `deliver(e1 as=d1.3 body=other plant=boom)` says otherwise. What other words
 * than `deliver` ask is said in `drawn_operation.ts`, what is noted of batches in `drawn_batch.ts`.
 */

import { batchNoted, isAboutBatch, Places } from "./drawn_batch.ts";
import { addDisturbanceOf, type GrowingPlan } from "./drawn_disturbance.ts";
import { type DrawnOperation, endsOf, operationsOf } from "./drawn_operation.ts";
import { Road } from "./drawn_road.ts";
import { type Mark, marksOf, wordsOf } from "./drawing.ts";
import type { Entry, InstanceEntry, PhaseEntry, SinkEntry } from "../core/history.ts";
import type { Service } from "../core/place.ts";
import { type Delivery, formatVersion, type Plan } from "../core/plan.ts";
import type { Promises } from "../core/subject.ts";
import { type View, view } from "../core/view.ts";

/** A history that was drawn. */
export interface Drawn {
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  readonly view: View;
}

/** What a picture does not show. */
export interface DrawnOptions {
  /** 100 ms each, if not said. */
  readonly promises?: Partial<Promises>;
  /** 10 ms, if not said. */
  readonly graceMs?: number;
  /** Whose road or server is disturbed; that of Postgres, if not said. */
  readonly disturbed?: Service;
  /** Replaces parts of the plan that the picture gives. */
  readonly plan?: Partial<Plan>;
}

/** A picture's history, quiet at its end unless it says `#unquiet`. Throws if the picture cannot be read. */
export function drawn(picture: string, options: DrawnOptions = {}): Drawn {
  const marks = marksOf(picture);
  const operations = operationsOf(marks.filter((mark) => mark.kind === "operation"));
  const plan = planOf(operations);
  const timed: Entry[] = operations.flatMap(endsOf);
  const road = new Road();
  const places = new Places();
  for (const mark of marks) {
    const operation = operationAt(operations, mark);
    const { disturbed = "postgres" } = options;
    if (mark.kind === "disturbance") timed.push(...addDisturbanceOf(mark, operation, plan, disturbed));
    else if (mark.kind === "up" || mark.kind === "down") {
      timed.push(road.message(mark, onlyOne(operations, mark, operation)));
    } else timed.push(...said(mark, operation, places));
  }
  timed.sort((a, b) => a.atMs - b.atMs);
  const entries = framed(timed, marks, operations, options);
  const whole = { ...plan, ...options.plan };
  return { plan: whole, entries, view: view(whole, entries) };
}

/** Entries in a few words: `invoke d1.1`, `effect d1.1`, `sink accepted d1.2`. For asserting what evidence a verdict gives. */
export function told(history: Drawn, evidence: readonly number[]): string[] {
  return evidence.map((index) => {
    const entry = history.entries[index]!;
    const about = "operation" in entry && entry.operation ? ` ${entry.operation}` : "";
    if (entry.type === "sink") return `sink ${entry.answer}${about}`;
    if (entry.type === "note") return `${entry.kind}${about}`;
    if (entry.type === "instance") return `instance ${entry.instance} ${entry.event}`;
    if (entry.type === "pending") return `pending ${entry.kind} ${entry.key}`;
    if (entry.type === "phase") return entry.phase;
    if (entry.type === "message") return `${entry.direction} ${entry.message}${about}`;
    if (entry.type === "disturb") return `${entry.fault} ${entry.event}`;
    return `${entry.type}${about}`;
  });
}

/**
 * The operation that a mark is about: the one that it names, or the one under way in its lane or with its key. Where
 * several of the key are under way, effects go to them in the order in which they began.
 */
function operationAt(operations: readonly DrawnOperation[], mark: Mark, nth = 0): DrawnOperation | undefined {
  const { bare, named: { by } } = wordsOf(mark.inside);
  if (by) return operations.find(({ id }) => id === by) ?? { id: by, mark, op: { key: bare[0] ?? by } };
  const begun = operations.filter(({ mark: other, op }) =>
    other.atMs <= mark.atMs && (mark.lane ? other.lane?.process === mark.lane.process : op.key === bare[0])
  );
  const under = begun.filter(({ mark: other }) => other.toMs >= mark.atMs);
  return under[Math.min(nth, under.length - 1)] ?? begun.at(-1);
}

/** The wire names an operation only if no other one is under way at its instance. */
function onlyOne(
  operations: readonly DrawnOperation[],
  { atMs }: Mark,
  about: DrawnOperation | undefined,
): DrawnOperation | undefined {
  const instance = about?.mark.lane?.instance;
  const under = operations.filter(({ mark }) =>
    mark.lane?.instance === instance && mark.atMs <= atMs && mark.toMs >= atMs
  );
  return under.length > 1 ? undefined : about;
}

function isTurnAt(operation: DrawnOperation | undefined, atMs: number): boolean {
  return operation?.op.do === "turn" && operation.mark.atMs <= atMs && operation.mark.toMs >= atMs;
}

function said(mark: Mark, operation: DrawnOperation | undefined, places: Places): Entry[] {
  const { atMs, name, inside } = mark;
  const instance = mark.lane?.instance ?? operation?.mark.lane?.instance ?? 0;
  const { bare, named: { token, ...data } } = wordsOf(inside);
  switch (mark.kind) {
    case "effect": {
      if (name === "effect") return [];
      const answer = (bare[1] ?? "accepted") as SinkEntry["answer"];
      const by = operation?.id ?? "unknown";
      const about = { operation: by, key: bare[0]!, ...(token ? { token } : {}), ...places.dataOf(mark) };
      return [{ type: "sink", atMs, instance, ...about, answer }];
    }
    case "note": {
      const isBatch = isAboutBatch(mark);
      // A loop that runs by itself handles batches on nobody's behalf.
      const by = isBatch && !isTurnAt(operation, atMs) ? undefined : operation?.id;
      const noted = isBatch ? batchNoted(mark) : token ? { token } : data;
      return [{ type: "note", atMs, instance, ...(by ? { operation: by } : {}), kind: name, data: noted }];
    }
    case "stall":
      return [{ type: "stall", atMs: mark.toMs, forMs: mark.toMs - atMs, who: name as "harness" | "probe" }];
    case "instance": {
      const event = name as InstanceEntry["event"];
      return [{ type: "instance", atMs, instance, event, ...(inside ? { detail: inside } : {}) }];
    }
    case "phase":
      return [{ type: "phase", atMs, phase: name as PhaseEntry["phase"], ...(inside ? { detail: inside } : {}) }];
    case "dropped":
      return [{ type: "dropped", atMs, what: name, count: 1 }];
    default:
      return [];
  }
}

/** The whole history: the first line, what was drawn, the phases that were not, and what is read at the end. */
function framed(
  timed: readonly Entry[],
  marks: readonly Mark[],
  operations: readonly DrawnOperation[],
  { promises, graceMs = 10 }: DrawnOptions,
): Entry[] {
  const promised = { answersWithinMs: 100, convergesWithinMs: 100, ...promises };
  const about = { scenario: "drawn", identity: "drawn", subject: "drawn", versions: {} };
  const endMs = Math.max(0, ...marks.map((mark) => mark.toMs)) + 1;
  const has = (phase: string) => timed.some((entry) => entry.type === "phase" && entry.phase === phase);
  const seen = new Map<string, number>();
  const places = new Places();
  const effects = marks.filter((mark) => mark.kind === "effect" && mark.name === "effect").map((mark, order): Entry => {
    const { bare: [key = ""], named: { token } } = wordsOf(mark.inside);
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const operation = operationAt(operations, mark, nth)?.id ?? "unknown";
    return { type: "effect", atMs: endMs, key, operation, order, ...(token ? { token } : {}), ...places.dataOf(mark) };
  });
  const pending = marks.filter((mark) => mark.kind === "pending").map((mark): Entry => (
    {
      type: "pending",
      atMs: endMs,
      kind: mark.name,
      key: mark.inside,
      ...(mark.name === "queued" ? { queued: true } : {}),
    }
  ));
  return [
    { type: "run", atMs: 0, formatVersion, ...about, promises: promised, graceMs },
    ...timed,
    ...(has("sent") ? [] : [{ type: "phase", atMs: endMs, phase: "sent" } as const]),
    ...(has("quiet") || has("unquiet") ? [] : [{ type: "phase", atMs: endMs, phase: "quiet" } as const]),
    ...effects,
    ...pending,
    { type: "phase", atMs: endMs, phase: "end" },
  ];
}

function planOf(operations: readonly DrawnOperation[]): GrowingPlan {
  const chains = Map.groupBy(operations, ({ id }) => id.slice(0, id.lastIndexOf(".")));
  const deliveries = [...chains].map(([id, sends]): Delivery => ({
    id,
    op: sends[0]!.op,
    starts: { atMs: sends[0]!.mark.atMs },
    route: sends.map(({ mark }) => mark.lane?.instance ?? 0),
    resendAfterMs: sends.slice(1).map(({ mark }, i) => mark.atMs - sends[i]!.mark.toMs),
  }));
  const instances = Math.max(0, ...operations.map(({ mark }) => mark.lane?.instance ?? 0)) + 1;
  const nothing = { warmUp: [], faults: [], cuts: [], holds: [], choices: [], seed: 0 };
  return { formatVersion, scenario: "drawn", identity: "drawn", instances, deliveries, ...nothing };
}
