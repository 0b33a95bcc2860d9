/**
 * A batch is handled once its conversation has been quiet for as long as promised, or its first message has waited for the most
 * that is promised, or it is full: not before, and not much later.
 *
 * Too early is judged here, too late in `fired_in_time.ts`. The first handler of a batch began before its note was read. Held
 * against it are new pushes of its own messages, and of others of its conversation that had certainly been accepted when it was
 * taken: acknowledged before the first request that may have taken it, or before the time at which its own messages allow that
 * (then either they or the others accuse it, whatever the wire shows). Takeovers and dead letters that were put back are free. A
 * sibling judges what is in a batch.
 */

import { voidReason } from "../core/disturbance.ts";
import type { Property } from "../core/property.ts";
import { unknown, type Verdict, violated } from "../core/verdict.ts";
import type { DecisionView, View } from "../core/view.ts";
import { type Batch, batchesOf, deadLettersOf } from "./batches.ts";
import { firedInTime } from "./fired_in_time.ts";
import { firstAfter, isBlind, type Pushed, pushesOf } from "./pushes.ts";
import { certainMs } from "./store_clock.ts";

/** Violated by a batch that was handled too early or too late. Examines first handlers, and messages whose time was up. */
export const quietThenFire: Property = {
  name: "quiet_then_fire",
  claim: "A batch is handled once its conversation was quiet, its first message waited long enough, or it is full",
  kind: "safety",
  check(history) {
    const { quietMs } = history.run.promises;
    if (quietMs === undefined) return unknown("the subject does not say after what quiet time it handles a batch");
    const debounced: Debounced = {
      ...{ history, quietMs, pushes: pushesOf(history), batches: batchesOf(history) },
      ...{ dead: deadLettersOf(history), takes: takesOf(history) },
    };
    const { examined, accused } = notTooEarly(debounced);
    if (accused) return accused;
    // What did not happen in the end is judged only where the end is certain.
    const { livenessVoid } = voidReason(history);
    if (livenessVoid) return unknown(livenessVoid, examined);
    return firedInTime({ ...debounced, examined });
  },
};

/** What both halves of the judgement read. */
export interface Debounced {
  readonly history: View;
  readonly quietMs: number;
  readonly pushes: ReadonlyMap<string, Pushed>;
  readonly batches: readonly Batch[];
  readonly dead: ReturnType<typeof deadLettersOf>;
  /** Requests that took batches and were answered, by instance, in the order of their answers. */
  readonly takes: ReadonlyMap<number, readonly DecisionView[]>;
}

function notTooEarly(debounced: Debounced): { examined: number; accused?: Verdict } {
  const { batches, pushes } = debounced;
  const recent = byConversation(pushes);
  const fired = new Set<string>();
  const begun = new Set<string>();
  let examined = 0;
  for (const batch of batches) {
    const isFirst = !begun.has(batch.id);
    begun.add(batch.id);
    const own = batch.messages.flatMap((key) => pushes.get(key) ?? []);
    const free = batch.attempt > 1 || own.length === 0 || wasPutBack(debounced, batch);
    if (isFirst && !free) {
      examined++;
      const newest = firedTooSoonAfter(debounced, { batch, own, fired, all: recent.get(batch.conversation) ?? [] });
      if (newest) return { examined, accused: tooEarly(debounced, batch, newest, examined) };
    }
    for (const key of batch.messages) fired.add(key);
  }
  return { examined };
}

interface Taken {
  readonly batch: Batch;
  readonly own: readonly Pushed[];
  /** Messages of batches that were handled before. */
  readonly fired: ReadonlySet<string>;
  /** The messages of the conversation, in the order of their requests. */
  readonly all: readonly Pushed[];
}

/** A message that should have kept the batch waiting, one of its own if there is one; undefined if none should. */
function firedTooSoonAfter(debounced: Debounced, { batch, own, fired, all }: Taken): Pushed | undefined {
  const { history: { run: { promises } }, quietMs } = debounced;
  const { maxWaitMs = Infinity, batchMax = Infinity } = promises;
  const { atMs, index } = batch.note;
  const firstMs = Math.min(...own.map(({ earliest }) => earliest.atMs));
  if (batch.full || batch.messages.length >= batchMax || atMs - firstMs >= certainMs(maxWaitMs)) return undefined;
  const last = own.reduce((a, b) => b.kept.index > a.kept.index ? b : a);
  const dueMs = last.kept.atMs + certainMs(quietMs);
  if (atMs < dueMs) return last;
  for (
    let i = firstAfter(all, index, ({ kept }) => kept.index) - 1;
    i >= 0 && atMs - all[i]!.kept.atMs < certainMs(quietMs);
    i--
  ) {
    const acknowledged = all[i]!.acknowledged?.settled;
    if (!acknowledged || fired.has(all[i]!.key)) continue;
    if (acknowledged.atMs <= dueMs || acknowledged.index < firstTake(debounced, batch, own)) return all[i]!;
  }
  return undefined;
}

/** Index of the first request that may have taken the batch; -1 if none is known. */
function firstTake({ history, takes }: Debounced, { note }: Batch, own: readonly Pushed[]): number {
  const pushedIndex = Math.max(...own.map(({ earliest }) => earliest.index));
  // A stepped turn takes its batch itself.
  const turnIndex = history.operations.get(note.operation ?? "")?.invoke.index ?? -1;
  const all = takes.get(note.instance) ?? [];
  let first = Infinity;
  for (let i = firstAfter(all, pushedIndex, ({ answered }) => answered); i < all.length; i++) {
    const { asked, answered } = all[i]!;
    if (answered > note.index) break;
    if (asked > turnIndex) first = Math.min(first, asked);
  }
  return first === Infinity ? -1 : first;
}

function takesOf({ decisions, entries }: View): Debounced["takes"] {
  const takes = (decision: DecisionView) => {
    const request = entries[decision.asked]!;
    return request.type === "message" && request.service === "redis" && /^EVAL(SHA)? take$/.test(request.message);
  };
  return new Map([...decisions].map(([instance, all]) => [instance, all.filter(takes)]));
}

/** A dead letter that is put back is no new push. */
function wasPutBack({ dead }: Debounced, { messages, note }: Batch): boolean {
  return messages.some((key) => (dead.get(key)?.index ?? Infinity) < note.index);
}

function byConversation(pushes: ReadonlyMap<string, Pushed>): ReadonlyMap<string, readonly Pushed[]> {
  const conversations = Map.groupBy(pushes.values(), ({ conversation }) => conversation);
  for (const messages of conversations.values()) messages.sort((a, b) => a.kept.index - b.kept.index);
  return conversations;
}

function tooEarly(debounced: Debounced, batch: Batch, newest: Pushed, examined: number): Verdict {
  if (isBlind(debounced.history)) return unknown("not all that the wire and the instances said was recorded", examined);
  const isOwn = batch.messages.includes(newest.key);
  const afterMs = Math.round(batch.note.atMs - newest.kept.atMs);
  const accepted = isOwn ? "" : `, which had been acknowledged to ${newest.acknowledged!.id}`;
  const because = `batch ${batch.id} was handled ${afterMs} ms after the push of ${newest.key}${accepted}; ` +
    `${debounced.quietMs} ms of quiet are promised`;
  const proof = [newest.kept, ...(isOwn ? [] : [newest.acknowledged!.settled!]), batch.note];
  return violated(examined, because, proof.map(({ index }) => index));
}
