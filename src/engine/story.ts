/**
 * A violation retold in words: what was sent where, what was disturbed, what came of it, and what stood there in the end.
 * Pure: made from the plan and the history alone. A new kind of entry gets its sentence in `story_sentences.ts`.
 */

import type { Entry } from "../core/history.ts";
import { disturbs } from "../core/plan.ts";
import type { At, OperationView, View } from "../core/view.ts";
import type { Violated } from "../core/verdict.ts";
import { sayDisturbance } from "./story_disturbances.ts";
import {
  sayEnd,
  sayInstance,
  sayInvoke,
  sayMessage,
  sayNote,
  sayOutcome,
  sayPending,
  saySink,
} from "./story_sentences.ts";

/** Operations told in full; of more than that, those that the evidence does not touch are counted only. */
const operationsMax = 10;
/** Sentences between the first and the last ones; the rest is counted. */
const sentencesMax = 28;
/** A pause that is worth a word, in ms. */
const pauseMs = 50;

interface Sentence {
  readonly index: number;
  readonly atMs: number;
  readonly text: string;
}

/**
 * The smallest story in words, a sentence a line, in the order of the run. The last lines say what was found when all was
 * quiet; which claim that breaks is said by the verdict.
 */
export function storyOf(view: View, verdict: Violated): string[] {
  const evidence = new Set(verdict.evidence);
  const touched = operationsTouched(view, evidence);
  const keys = new Set(touched.map((operation) => operation.key));
  for (const index of evidence) {
    const entry = view.entries[index];
    if (entry && "key" in entry && entry.key !== undefined) keys.add(entry.key);
  }
  const related = [...keys].flatMap((key) => view.keys.get(key)?.operations ?? []);
  const told = tellable(related, touched, view);
  const sentences = [
    ...told.flatMap((operation) => operationSentences(view, operation)),
    ...disturbanceSentences(view, told, evidence),
    ...entrySentences(view, evidence, told),
  ].sort((a, b) => a.atMs - b.atMs || a.index - b.index);
  const leftOut = related.length - told.length;
  return [
    ...opening(view),
    ...shortened(withPauses(sentences)),
    ...(leftOut > 0 ? [`${leftOut} more ${leftOut === 1 ? "send is" : "sends are"} left out here`] : []),
    ...[...keys].flatMap((key) => sayEnd(view, key)),
  ];
}

function opening(view: View): string[] {
  if (!disturbs(view.plan)) return ["nothing was disturbed: the sender alone was enough"];
  const struck = [...view.disturbances.values()].some((disturbance) => disturbance.confirmed);
  return struck ? [] : ["none of the planned disturbances struck: the sender alone was enough"];
}

function operationsTouched(view: View, evidence: ReadonlySet<number>): OperationView[] {
  const found = new Set<OperationView>();
  for (const index of evidence) {
    const entry = view.entries[index];
    if (!entry || !("operation" in entry) || entry.operation === undefined) continue;
    const operation = view.operations.get(entry.operation);
    if (operation) found.add(operation);
  }
  return [...found];
}

/** All operations of the keys if they are few; else those of the evidence, then the earliest. */
function tellable(related: readonly OperationView[], touched: readonly OperationView[], view: View): OperationView[] {
  if (related.length <= operationsMax) return [...related];
  const disturbed = new Set(view.plan.cuts.map((cut) => cut.operation));
  const rank = (operation: OperationView) =>
    touched.includes(operation) ? 0 : disturbed.has(operation.id) ? 1 : operation.outcome === "ok" ? 3 : 2;
  return [...related].sort((a, b) => rank(a) - rank(b) || a.invoke.index - b.invoke.index).slice(0, operationsMax);
}

function operationSentences(view: View, operation: OperationView): Sentence[] {
  const sentences = [sentence(operation.invoke, sayInvoke(view, operation))];
  if (operation.settled) sentences.push(sentence(operation.settled, sayOutcome(view, operation)));
  return sentences;
}

/** Whatever struck a told operation's instance before it was settled, and whatever the evidence names. */
function disturbanceSentences(view: View, told: readonly OperationView[], evidence: ReadonlySet<number>): Sentence[] {
  const first = Math.min(...told.map((operation) => operation.invoke.atMs));
  const last = Math.max(...told.map((operation) => operation.settled?.atMs ?? Infinity));
  const instances = new Set(told.map((operation) => operation.instance));
  return [...view.disturbances.values()].flatMap((disturbance) => {
    const named = disturbance.entries.some((entry) => evidence.has(entry.index));
    const near = disturbance.instance === "all" || instances.has(disturbance.instance);
    const over = disturbance.healedAtMs !== undefined && disturbance.healedAtMs < first;
    const began = disturbance.injectedAtMs ?? disturbance.struckAtMs ?? Infinity;
    if (!named && (!near || over || began > last || !disturbance.confirmed)) return [];
    const window = disturbance.fault !== "cut" && disturbance.fault !== "stall" && disturbance.fault !== "barrier";
    const from = disturbance.entries.find((entry) => entry.event === (window ? "injected" : "struck")) ??
      disturbance.entries[0]!;
    return [sentence(from, sayDisturbance(view, disturbance))];
  });
}

/** Entries that are part of the evidence in their own right, and ends of instances that had a told operation. */
function entrySentences(view: View, evidence: ReadonlySet<number>, told: readonly OperationView[]): Sentence[] {
  const ids = new Set(told.map((operation) => operation.id));
  const instances = new Set(told.map((operation) => operation.instance));
  const sentences: Sentence[] = [];
  for (const entry of view.instances) {
    const text = instances.has(entry.instance) && entry.atMs >= 0 ? sayInstance(entry) : undefined;
    if (text) sentences.push(sentence(entry, text));
  }
  for (const note of view.notes) {
    if (evidence.has(note.index) || (note.operation !== undefined && ids.has(note.operation))) {
      sentences.push(sentence(note, sayNote(note)));
    }
  }
  for (const message of view.messages) {
    if (evidence.has(message.index)) sentences.push(sentence(message, sayMessage(message)));
  }
  for (const pending of view.pending) {
    if (evidence.has(pending.index)) sentences.push(sentence(pending, sayPending(pending)));
  }
  for (const key of view.keys.values()) {
    for (const sink of key.sinks) {
      if (evidence.has(sink.index) || ids.has(sink.operation)) sentences.push(sentence(sink, saySink(sink, key.key)));
    }
  }
  return sentences;
}

function sentence(entry: At<Entry>, text: string): Sentence {
  return { index: entry.index, atMs: entry.atMs, text };
}

function withPauses(sentences: readonly Sentence[]): string[] {
  return sentences.map(({ atMs, text }, index) => {
    const before = sentences[index - 1]?.atMs;
    const gapMs = before === undefined ? 0 : Math.round(atMs - before);
    return gapMs >= pauseMs ? `${gapMs} ms later, ${text}` : text;
  });
}

function shortened(lines: readonly string[]): string[] {
  if (lines.length <= sentencesMax) return [...lines];
  const half = sentencesMax / 2;
  const between = `(${lines.length - sentencesMax} more steps are left out here)`;
  return [...lines.slice(0, half), between, ...lines.slice(-half)];
}
