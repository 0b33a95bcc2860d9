/**
 * Nothing is stuck for ever: in the promised time after the last heal, each key has been answered for good, each acknowledged
 * one has its effect or is a dead letter, and nothing is pending.
 *
 * For good are `ok`, a final refusal and a planted error. The time of a key begins with the last heal or with the first send
 * of its last delivery, whichever is later, and stalls of the observer prolong it; a sender that did not come again
 * in it says nothing about the subject. A sibling judges another thing that has to come to an end.
 */

import { stalledMs } from "../core/disturbance.ts";
import type { Property } from "../core/property.ts";
import { holds, type Unknown, unknown, type Verdict, violated } from "../core/verdict.ts";
import type { KeyView, OperationView, View } from "../core/view.ts";
import { firstAcknowledged } from "./acknowledged.ts";
import { conversationOf, deadLettersOf, whyUnseen } from "./batches.ts";

/** Violated by a key, an effect or a lease that is still open at the promised time. Examines the keys. */
export const convergesAfterHealing: Property = {
  name: "converges_after_healing",
  claim: "Once all is healed, everything is settled within the time that the subject promises",
  kind: "liveness",
  check(history) {
    const examined = [...history.keys.values()].filter((key) => key.operations.length > 0).length;
    const { lastHealAtMs } = history;
    if (lastHealAtMs === undefined) return unknown("not all that was disturbed is certain to be healed", examined);
    const endMs = history.phases.get("sent")?.atMs;
    if (endMs === undefined) return unknown("the history ends before the sender did", examined);
    const run = { history, healedMs: lastHealAtMs, endMs, examined };
    let excused: Unknown | undefined;
    for (const verdict of verdicts(run)) {
      if (verdict.verdict === "violated") return verdict;
      if (verdict.verdict === "unknown") excused ??= verdict;
    }
    if (excused) return excused;
    if (!history.quiet) return unknown("the run did not become quiet, so it was not read what is pending", examined);
    return holds(examined, "nothing was asked");
  },
};

interface Run {
  readonly history: View;
  readonly healedMs: number;
  readonly endMs: number;
  readonly examined: number;
}

/** All that is not settled, and whether that is the subject's fault. */
function* verdicts(run: Run): Generator<Verdict> {
  const { history, healedMs } = run;
  const dead = deadLettersOf(history);
  for (const key of history.keys.values()) {
    if (key.operations.length === 0) continue;
    const last = lastAnswered(key.operations);
    const open = key.operations.find((operation) => operation.settled === undefined);
    if (open) yield stuck(run, key, open);
    else if (!settledForGood(last)) yield stuck(run, key, last);
    else yield* late(run, key);
    const acknowledged = firstAcknowledged(key);
    if (!acknowledged || !history.quiet || hasEffect(key) || dead.has(key.key)) continue;
    const what = `event ${key.key} was acknowledged to ${acknowledged.id} and has no effect`;
    const unseen = whyUnseen(history);
    if (unseen) yield unknown(`${what}; ${unseen}, so it may be a dead letter`, run.examined);
    else yield inTime(run, sinceMs(run, key), what, [acknowledged.invoke.index, acknowledged.settled!.index]);
  }
  for (const pending of history.pending) {
    // What is pending may be of a key, or of a conversation with all its messages.
    const about = [...history.keys.values()].filter(({ key }) =>
      key === pending.key || conversationOf(key) === pending.key
    );
    const from = Math.max(healedMs, ...about.map((key) => sinceMs(run, key)));
    yield inTime(run, from, `a ${pending.kind} of ${pending.key} is still pending`, [pending.index]);
  }
}

/** A key whose last answer is not for good when the sender stops. */
function stuck(run: Run, key: KeyView, last: OperationView): Verdict {
  const from = sinceMs(run, key);
  const what = `event ${key.key} was not settled`;
  if (!key.operations.some((operation) => operation.invoke.atMs >= from)) {
    return unknown(`${what}, but the sender did not come again after the last heal`, run.examined);
  }
  const said = last.settled ? `the last answer, to ${last.id}, was ${last.outcome}` : `${last.id} was never answered`;
  const evidence = [last.invoke.index, ...(last.settled ? [last.settled.index] : [])];
  return inTime(run, from, `${what}: ${said}`, evidence);
}

/** A key that was settled in the end, after an answer that was not for good at a time at which all ought to be. */
function* late(run: Run, key: KeyView): Generator<Verdict> {
  const from = sinceMs(run, key);
  const { promises: { convergesWithinMs }, graceMs } = run.history.run;
  const deadlineMs = from + convergesWithinMs + graceMs;
  const late = key.operations.find((operation) => !settledForGood(operation) && operation.settled!.atMs > deadlineMs);
  if (!late) return;
  const tookMs = late.settled!.atMs - from;
  const stalled = stalledMs(run.history, from, late.settled!.atMs);
  const what = `event ${key.key} was still not settled ${
    Math.round(tookMs)
  } ms after the last heal, when ${late.id} was answered`;
  yield tookMs - stalled > convergesWithinMs + graceMs
    ? violated(run.examined, what, [late.invoke.index, late.settled!.index])
    : unknown(`${what}; stalls of the observer could explain that`, run.examined);
}

/** Violated if the subject really had all the time that it promises to need. */
function inTime(run: Run, fromMs: number, what: string, evidence: readonly number[]): Verdict {
  const { history, endMs, examined } = run;
  const { convergesWithinMs } = history.run.promises;
  const hadMs = endMs - fromMs;
  const within = `${Math.round(hadMs)} ms after the last heal`;
  if (hadMs < convergesWithinMs) {
    return unknown(`${what}, but the run ended ${within}; ${convergesWithinMs} ms are promised`, examined);
  }
  if (hadMs - stalledMs(history, fromMs, endMs) < convergesWithinMs) {
    return unknown(`${what} ${within}, which stalls of the observer could explain`, examined);
  }
  return violated(examined, `${what} ${within}; ${convergesWithinMs} ms are promised`, evidence);
}

/** When the time of a key begins. */
function sinceMs({ healedMs }: Run, { operations }: KeyView): number {
  const first = new Map<string, number>();
  for (const { delivery, invoke } of operations) if (!first.has(delivery)) first.set(delivery, invoke.atMs);
  return Math.max(healedMs, ...first.values());
}

function lastAnswered(operations: readonly OperationView[]): OperationView {
  return operations.reduce((a, b) => (b.settled?.index ?? -1) > (a.settled?.index ?? -1) ? b : a);
}

function settledForGood({ settled, op }: OperationView): boolean {
  if (settled?.type === "ok") return true;
  if (settled?.type === "fail" && settled.final) return true;
  const plant = (op as { readonly plant?: unknown } | null)?.plant;
  return typeof plant === "string" && settled !== undefined && settled.reason.includes(plant);
}

function hasEffect(key: KeyView): boolean {
  return key.effects.length > 0 || key.sinks.some((sink) => sink.answer !== "refused");
}
