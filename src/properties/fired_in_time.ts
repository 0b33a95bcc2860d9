/**
 * The second half of `quiet_then_fire`: no accepted message waits for its handler much longer than the most that is promised.
 *
 * The time begins with the message's first acknowledgement or the last heal, whichever is later. It is prolonged where something
 * was disturbed, by one lease and one call that may still have been under way; while another batch of its conversation is
 * handled, by one lease from that handler's beginning; where the loop is stepped, until it is stepped. A sibling judges the
 * other half: that no batch is handled too early.
 */

import { stalledMs } from "../core/disturbance.ts";
import { holds, type Unknown, unknown, type Verdict, violated } from "../core/verdict.ts";
import type { View } from "../core/view.ts";
import { type Batch, conversationOf } from "./batches.ts";
import { isBlind, type Pushed } from "./pushes.ts";

/** What is judged, and how many batches were examined already. */
export interface Waiting {
  readonly history: View;
  readonly pushes: ReadonlyMap<string, Pushed>;
  readonly batches: readonly Batch[];
  readonly dead: ReadonlyMap<string, unknown>;
  readonly examined: number;
}

/** Violated by a message whose handler did not begin in time. Examines the messages whose time was up. */
export function firedInTime({ history, pushes, batches, dead, examined: before }: Waiting): Verdict {
  const { maxWaitMs } = history.run.promises;
  const endMs = history.phases.get("sent")?.atMs;
  if (endMs === undefined) return unknown("the history ends before the sender did", before);
  if (maxWaitMs === undefined) return holds(before, "no batch was handled");
  let examined = before;
  let excused: Unknown | undefined;
  const handled = handledOf(batches);
  const turns = turnsOf(history);
  const isDone = (key: string) => dead.has(key) || isCommitted(history, key);
  for (const message of pushes.values()) {
    if (!message.acknowledged || dead.has(message.key)) continue;
    const fired = handled.firsts.get(message.key);
    const around = handled.conversations.get(message.conversation) ?? [];
    // Nobody knows when it was handled, or it cannot be as long as another batch is not done, which is held against that one.
    if (!fired && (isDone(message.key) || around.some(({ messages }) => !messages.every(isDone)))) continue;
    const fromMs = Math.max(message.acknowledged.settled!.atMs, history.lastHealAtMs ?? Infinity);
    const freeMs = Math.max(fromMs + maxWaitMs, busyMs(history, around, fired));
    const dueMs = allowedMs(history, freeMs, turns?.get(message.conversation) ?? (turns && []));
    const firedMs = fired?.note.atMs ?? endMs;
    if (!fired && firedMs < dueMs) {
      excused ??= unknown(`message ${message.key} was not handled, but the run ended before its time was up`);
      continue;
    }
    if (dueMs < Infinity) examined++;
    if (firedMs < dueMs || (fired && firedMs === dueMs)) continue;
    if (firedMs - stalledMs(history, fromMs, firedMs) < dueMs) {
      excused ??= unknown(`message ${message.key} was handled late, which stalls of the observer could explain`);
      continue;
    }
    if (isBlind(history)) return unknown("not all that the instances said was recorded", examined);
    return tooLate(message, { fired, afterMs: firedMs - fromMs, maxWaitMs, examined });
  }
  return excused ? { ...excused, examined } : holds(examined, "no batch was handled");
}

/** A batch that was handled, at its place among those of its conversation. */
type Handled = Batch & { readonly place: number };

interface AllHandled {
  readonly conversations: ReadonlyMap<string, readonly Handled[]>;
  /** By message: the first batch that it was in. */
  readonly firsts: ReadonlyMap<string, Handled>;
}

function handledOf(batches: readonly Batch[]): AllHandled {
  const conversations = new Map<string, Handled[]>();
  const firsts = new Map<string, Handled>();
  for (const batch of batches) {
    let others = conversations.get(batch.conversation);
    if (!others) conversations.set(batch.conversation, others = []);
    const handled = { ...batch, place: others.length };
    others.push(handled);
    for (const key of batch.messages) if (!firsts.has(key)) firsts.set(key, handled);
  }
  return { conversations, firsts };
}

/** How long the handler of another batch that was begun before may have kept this one waiting. */
function busyMs({ run: { promises } }: View, around: readonly Handled[], fired: Handled | undefined): number {
  let place = (fired?.place ?? around.length) - 1;
  while (place >= 0 && around[place]!.id === fired?.id) place--;
  const other = around[place];
  return other ? other.note.atMs + (promises.leaseMs ?? promises.answersWithinMs) : -Infinity;
}

/** By when a message has to be handled that may be from some time on; Infinity if nobody steps the loop from then on. */
function allowedMs(
  { run, disturbances, instances }: View,
  freeMs: number,
  turns: readonly number[] | undefined,
): number {
  const { promises: { answersWithinMs, leaseMs }, graceMs } = run;
  const disturbed = disturbances.size > 0 || instances.some(({ event }) => event === "died");
  const stepped = turns && (turns.find((atMs) => atMs >= freeMs) ?? Infinity) + answersWithinMs;
  return (stepped ?? freeMs) + (disturbed ? (leaseMs ?? answersWithinMs) + answersWithinMs : 0) + graceMs;
}

/** When the loop was stepped, by conversation; undefined if it runs by itself. */
function turnsOf({ operations }: View): ReadonlyMap<string, readonly number[]> | undefined {
  const turns = [...operations.values()].filter(({ op }) => (op as { readonly do?: unknown } | null)?.do === "turn");
  if (turns.length === 0) return undefined;
  const groups = Map.groupBy(turns, ({ key }) => conversationOf(key));
  return new Map([...groups].map(([conversation, group]) => [conversation, group.map(({ invoke }) => invoke.atMs)]));
}

function isCommitted({ keys }: View, key: string): boolean {
  const of = keys.get(key);
  return of === undefined || of.effects.length + of.sinks.length > 0;
}

function tooLate(
  { key, acknowledged }: Pushed,
  { fired, afterMs, maxWaitMs, examined }: {
    fired: Batch | undefined;
    afterMs: number;
    maxWaitMs: number;
    examined: number;
  },
): Verdict {
  const after = `${Math.round(afterMs)} ms after its acknowledgement or the last heal`;
  const what = fired ? `was handled only ${after}` : `was not handled ${after}`;
  const because = `message ${key} ${what}; ${maxWaitMs} ms are promised`;
  return violated(examined, because, [acknowledged!.settled!.index, ...(fired ? [fired.note.index] : [])]);
}
