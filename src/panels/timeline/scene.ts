/**
 * A run as a picture wants to see it: lanes, bars, bands, marks and ticks with their times and words, but no pixels. Pure.
 * Something new that a history tells is one more mark here; how it looks is decided in `drawing.tsx` and `canvas.js`.
 */

import type { ShownRun } from "../../core/panel.ts";
import { type At, type OperationView, type View, view } from "../../core/view.ts";
import { disturbanceBands, disturbanceMarks } from "./scene_disturbances.ts";

/** A row of the picture: a client (a sequential process) or an instance of the subject. */
export interface Lane {
  readonly label: string;
  readonly kind: "client" | "instance";
}

/** An operation, from its invocation to its outcome; `open` if it has none. Times in ms. */
export interface Bar {
  readonly lane: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly outcome: "ok" | "info" | "fail" | "open";
  readonly id: string;
  readonly key: string;
  readonly process: number;
  readonly instance: number;
  /** What it was answered; empty if nothing. */
  readonly said: string;
  readonly evidence: boolean;
}

/** A disturbance with a duration, behind the lane of its instance, or behind all lanes of instances. */
export interface Band {
  readonly lane: number | "all";
  readonly fromMs: number;
  readonly toMs: number;
  readonly label: string;
  readonly words: string;
}

/** Something that happened at one moment. */
export interface Mark {
  readonly lane: number;
  readonly atMs: number;
  readonly kind: "effect" | "sink" | "cut" | "note" | "instance";
  /** The operation that it belongs to, and its key; empty if none. */
  readonly operation: string;
  readonly key: string;
  readonly words: string;
  readonly evidence: boolean;
}

/** A message on the road of an instance. */
export interface Tick {
  readonly lane: number;
  readonly atMs: number;
  readonly up: boolean;
  readonly words: string;
}

/** All that a timeline shows. */
export interface Scene {
  readonly lanes: readonly Lane[];
  readonly bars: readonly Bar[];
  readonly bands: readonly Band[];
  readonly marks: readonly Mark[];
  readonly ticks: readonly Tick[];
  /** Messages that the history has and `ticks` leaves out. */
  readonly ticksLeftOut: number;
  /** Notes that the history has and `marks` leaves out. */
  readonly notesLeftOut: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Messages drawn at most. */
const ticksMax = 20_000;
/** Notes drawn at most, besides those that are evidence. */
const notesMax = 20_000;

/** Makes the scene of a run; `evidence` holds indexes of entries of its history. */
export function sceneOf(run: ShownRun, evidence: readonly number[]): Scene {
  const seen = view(run.plan, run.history);
  const proof = new Set(evidence);
  const operations = [...seen.operations.values()];
  const clients = [...new Set(operations.map((operation) => operation.process))].sort((a, b) => a - b);
  const lanes: Lane[] = [
    ...clients.map((process): Lane => ({ label: `client ${process}`, kind: "client" })),
    ...Array.from({ length: instancesOf(seen) }, (_, n): Lane => ({ label: `instance ${n}`, kind: "instance" })),
  ];
  const laneOfClient = new Map(clients.map((process, lane) => [process, lane]));
  const laneOfInstance = (instance: number) => clients.length + instance;
  const endMs = operations.reduce((end, { settled, invoke }) => Math.max(end, (settled ?? invoke).atMs), 0);
  const toBar = (operation: OperationView) => barOf(operation, laneOfClient.get(operation.process)!, endMs, proof);
  const bars = operations.map(toBar);
  const ticks = seen.messages.slice(0, ticksMax);
  const notes = seen.notes.filter((note, n) => n < notesMax || proof.has(note.index));
  const times = { fromMs: bars.reduce((from, bar) => Math.min(from, bar.fromMs), 0), toMs: endMs };
  return {
    lanes,
    bars,
    bands: disturbanceBands(seen, laneOfInstance, endMs),
    marks: [
      ...effectMarks(seen, bars, proof, endMs),
      ...disturbanceMarks(seen, laneOfInstance, proof),
      ...noteMarks(notes, { seen, laneOf: laneOfInstance, proof }),
      ...instanceMarks(seen, laneOfInstance, proof, times),
    ],
    ticks: ticks.map((message) => ({
      lane: laneOfInstance(message.instance),
      atMs: message.atMs,
      up: message.direction === "up",
      words: `${message.direction} ${message.message}${message.text ? `: ${message.text}` : ""}`,
    })),
    ticksLeftOut: seen.messages.length - ticks.length,
    notesLeftOut: seen.notes.length - notes.length,
    ...times,
  };
}

function instancesOf(seen: View): number {
  let last = seen.plan.instances - 1;
  for (const operation of seen.operations.values()) last = Math.max(last, operation.instance);
  for (const entry of seen.instances) last = Math.max(last, entry.instance);
  return last + 1;
}

function barOf(operation: OperationView, lane: number, endMs: number, proof: ReadonlySet<number>): Bar {
  const { id, key, process, instance, invoke, settled } = operation;
  return {
    lane,
    fromMs: invoke.atMs,
    toMs: settled?.atMs ?? endMs,
    outcome: operation.outcome ?? "open",
    id,
    key,
    process,
    instance,
    said: settled ? inWords(settled.type === "ok" ? settled.value : settled.reason) : "",
    evidence: proof.has(invoke.index) || (settled !== undefined && proof.has(settled.index)),
  };
}

/** Effects stand at the end of the operation that made them: when they were committed is not known. */
function effectMarks(seen: View, bars: readonly Bar[], proof: ReadonlySet<number>, endMs: number): Mark[] {
  const barOfId = new Map(bars.map((bar) => [bar.id, bar]));
  const marks: Mark[] = [];
  for (const { key, effects, sinks } of seen.keys.values()) {
    for (const effect of effects) {
      const bar = barOfId.get(effect.operation);
      const words = `durable effect ${
        effect.order + 1
      } of the run: ${key}, by ${effect.operation}, read when all was quiet`;
      marks.push({
        ...at(effect, bar?.lane ?? 0, proof),
        atMs: bar?.toMs ?? endMs,
        kind: "effect",
        operation: effect.operation,
        key,
        words,
      });
    }
    for (const sink of sinks) {
      const words = `foreign effect of ${key} by ${sink.operation}: ${sink.answer}`;
      marks.push({
        ...at(sink, barOfId.get(sink.operation)?.lane ?? 0, proof),
        kind: "sink",
        operation: sink.operation,
        key,
        words,
      });
    }
  }
  return marks;
}

function noteMarks(
  notes: View["notes"],
  by: { readonly seen: View; laneOf(instance: number): number; readonly proof: ReadonlySet<number> },
): Mark[] {
  return notes.map((note) => ({
    ...at(note, by.laneOf(note.instance), by.proof),
    kind: "note",
    operation: note.operation ?? "",
    key: note.operation === undefined ? "" : by.seen.operations.get(note.operation)?.key ?? "",
    words: `instance ${note.instance} said: ${note.kind}${inDetail(note.data)}${inDetail(note.operation)}`,
  }));
}

function instanceMarks(
  seen: View,
  laneOf: (instance: number) => number,
  proof: ReadonlySet<number>,
  times: { readonly fromMs: number; readonly toMs: number },
): Mark[] {
  const marks: Mark[] = [];
  for (const entry of seen.instances) {
    // That all were started before the first operation and stopped after the last one is no news, and would cost width.
    const outside = entry.atMs < times.fromMs ? "started" : entry.atMs > times.toMs ? "stopped" : undefined;
    if (entry.event === outside) continue;
    const words = `instance ${entry.instance}: ${entry.event}${inDetail(entry.detail)}`;
    marks.push({ ...at(entry, laneOf(entry.instance), proof), kind: "instance", operation: "", key: "", words });
  }
  return marks;
}

function at(entry: At<{ readonly atMs: number }>, lane: number, proof: ReadonlySet<number>) {
  return { lane, atMs: entry.atMs, evidence: proof.has(entry.index) };
}

function inDetail(value: unknown): string {
  const words = inWords(value);
  return words === "" ? "" : ` (${words})`;
}

/** What a subject gave, as one short line. */
function inWords(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
