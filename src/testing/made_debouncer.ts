/**
 * Makes histories of a correct debouncer, for tests by mutation: no property may accuse one as it is, and the property whose claim a
 * mutation breaks must.
 *
 * Messages are pushed to any instance, sent again until acknowledged and at times once more; requests and replies get lost, and the
 * store refuses some. Each conversation waits until it is quiet, or for as long as its first message may wait, or is full; one
 * batch of it is handled at a time. Loops look in vain, replies to them get lost (the lease runs out, another takes over),
 * handlers fail, and what fails too often is put aside. One seed gives one history. Siblings make other kinds of subject.
 */

import fc from "fast-check";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Entry } from "../core/history.ts";
import { formatVersion, type Plan, type PlannedCut } from "../core/plan.ts";
import { DebouncerStore, type Stored } from "./made_debouncer_store.ts";
import { MadeRoad } from "./made_road.ts";

/** What to make. */
export interface MadeDebouncerOptions {
  readonly seed: number;
  readonly conversations: number;
  readonly messagesMax: number;
}

/** What to make for tests: small histories, drawn as options, so that a counterexample can be read. */
export const madeDebouncerOptions: fc.Arbitrary<MadeDebouncerOptions> = fc.record({
  seed: fc.nat(),
  conversations: fc.integer({ min: 1, max: 4 }),
  messagesMax: fc.integer({ min: 1, max: 12 }),
});

/** What the made debouncer promises. */
export const madePromises = {
  ...{ answersWithinMs: 30, leaseMs: 60, convergesWithinMs: 2_000 },
  ...{ quietMs: 50, maxWaitMs: 120, batchMax: 4 },
} as const;

const instances = 3;

/** A history and the plan of which it is one. */
export interface MadeDebouncer {
  readonly plan: Plan;
  readonly entries: readonly Entry[];
}

/** Makes a history of a correct debouncer. */
export function madeDebouncer({ seed, conversations, messagesMax }: MadeDebouncerOptions): MadeDebouncer {
  const random = xoroshiro128plus(seed);
  const chance = (from: number, to: number) => uniformInt(random, from, to);
  const timed: Entry[] = [];
  const cuts: PlannedCut[] = [];
  const effects: Extract<Entry, { type: "effect" }>[] = [];
  const of: Making = { chance, timed, cuts, road: new MadeRoad(timed), effects, deliveries: 0 };
  for (let i = 0; i < conversations; i++) {
    const store = new DebouncerStore(madePromises);
    for (const message of pushed(of, `c${i}`, messagesMax)) store.accept(message);
    for (const batch of store.batches(() => chance(0, 12))) handle(of, `c${i}`, batch);
  }
  return framed(of, seed);
}

/** What the parts of one history share. */
interface Making {
  readonly chance: (from: number, to: number) => number;
  readonly timed: Entry[];
  readonly cuts: PlannedCut[];
  readonly road: MadeRoad;
  readonly effects: Extract<Entry, { type: "effect" }>[];
  deliveries: number;
}

/** All pushes of a conversation. Gives what the store accepted. */
function pushed(of: Making, conversation: string, messagesMax: number): Stored[] {
  const accepted: Stored[] = [];
  const { chance } = of;
  let atMs = chance(0, 40);
  for (let n = chance(1, messagesMax); n > 0; n--) {
    const key = `${conversation}/m${n}`;
    const stored = pushUntilAcknowledged(of, key, atMs);
    accepted.push(stored);
    // A duplicate long after the acknowledgement restarts nothing.
    if (chance(1, 4) === 1) {
      push(of, { key, operation: `d${++of.deliveries}.1`, atMs: stored.atMs + chance(1, 90) }, "answered");
    }
    atMs += chance(1, 6) === 1 ? chance(60, 200) : chance(0, 35);
  }
  return accepted;
}

function pushUntilAcknowledged(of: Making, key: string, firstMs: number): Stored {
  const delivery = `d${++of.deliveries}`;
  let stored: Stored | undefined;
  for (let send = 1, atMs = firstMs;; send++) {
    const fates = ["answered", "answered", "answered", "answered", "request lost", "reply lost", "refused"] as const;
    const fate = send === 4 ? "answered" : fates[of.chance(0, fates.length - 1)]!;
    const operation = `${delivery}.${send}`;
    const { executedMs, settledMs } = push(of, { key, operation, atMs }, fate);
    if (fate === "answered" || fate === "reply lost") stored ??= { key, operation, atMs: executedMs };
    if (fate === "answered") return stored!;
    atMs = settledMs + of.chance(1, 20);
  }
}

type Fate = "answered" | "request lost" | "reply lost" | "refused";

function push(
  of: Making,
  { key, operation, atMs }: { key: string; operation: string; atMs: number },
  fate: Fate,
): { executedMs: number; settledMs: number } {
  const { chance, timed, road } = of;
  const instance = chance(0, instances - 1);
  const about = { operation, instance, process: of.deliveries };
  timed.push({ type: "invoke", atMs, ...about, key, op: { key, do: "push" } });
  const requestMs = atMs + chance(0, 3);
  const executedMs = requestMs + 0.5;
  const settledMs = executedMs + chance(1, 4);
  const reply = fate === "refused" ? "Error" : fate === "answered" ? "Integer" : "lost";
  // Of two operations at one instance the wire cannot say whose a message is.
  const known = chance(0, 3) > 0 ? operation : undefined;
  if (fate !== "request lost") {
    road.exchange({ instance, atMs: requestMs, message: "EVALSHA push", operation: known }, reply, settledMs - 0.5);
  }
  if (fate === "answered") timed.push({ type: "ok", atMs: settledMs, operation, value: null });
  else if (fate === "refused") {
    timed.push({ type: "fail", atMs: settledMs, operation, reason: "503 OOM command not allowed", final: false });
  } else {
    cut(of, instance, operation, settledMs - 0.25);
    timed.push({ type: "info", atMs: settledMs, operation, reason: "connection lost", because: "thrown" });
  }
  return { executedMs, settledMs };
}

/** One batch from its first take to its end. Gives when the conversation is free again. */
function handle(
  of: Making,
  conversation: string,
  batch: { readonly atMs: number; readonly messages: readonly Stored[]; readonly full: boolean; freeAtMs: number },
): void {
  const { chance, timed, road, effects } = of;
  const name = `b${Math.round(batch.atMs * 10)}`;
  const messages = batch.messages.map(({ key }) => key);
  let takenMs = batch.atMs;
  for (let attempt = 1;; attempt++) {
    const instance = chance(0, instances - 1);
    const take = { instance, message: "EVALSHA take", operation: undefined };
    if (chance(0, 1) === 0) road.exchange({ ...take, atMs: takenMs - chance(5, 9) }, "Array", takenMs - 3);
    const isLost = attempt < 3 && chance(1, 6) === 1;
    road.exchange({ ...take, atMs: takenMs - 0.5 }, isLost ? "lost" : "Array", takenMs + 0.5);
    if (isLost) {
      cut(of, instance, "d1.1", takenMs + 0.6);
      takenMs += madePromises.leaseMs + chance(1, 8);
      continue;
    }
    const beganMs = takenMs + 0.5;
    const data = { batch: name, conversation, messages, attempt, full: batch.full, token: String(attempt) };
    // A note is read late, and those of two instances not always in the order in which they were said.
    timed.push({ type: "note", atMs: beganMs + chance(0, 12) / 2, instance, kind: "batch", data });
    const doneMs = beganMs + chance(1, 6);
    batch.freeAtMs = doneMs;
    if (chance(1, 7) > 1) {
      batch.messages.forEach(({ key, operation }, position) =>
        effects.push({
          type: "effect",
          atMs: doneMs,
          key,
          operation,
          order: 0,
          data: { batch: name, conversation, position },
        })
      );
      return;
    }
    if (attempt >= 3) {
      const about = { batch: name, conversation, messages, reason: "it failed three times" };
      timed.push({ type: "note", atMs: doneMs + 6, instance, kind: "dead", data: about });
      return;
    }
    takenMs = doneMs + chance(2, 20);
  }
}

function cut({ timed, cuts }: Making, instance: number, operation: string, atMs: number): void {
  const id = `cut${cuts.length + 1}`;
  const place = { service: "redis", connection: 0, direction: "up", message: "EVALSHA push", nth: 0, byte: 0 } as const;
  cuts.push({ id, instance, operation, place });
  const about = { type: "disturb", atMs, id, fault: "cut", instance } as const;
  timed.push({ ...about, event: "struck", evidence: "0 of 20 bytes were passed on" }, { ...about, event: "healed" });
}

function framed({ timed, cuts, effects }: Making, seed: number): MadeDebouncer {
  timed.sort((a, b) => a.atMs - b.atMs);
  effects.sort((a, b) => a.atMs - b.atMs);
  const about = { scenario: "made", identity: `made debouncer ${seed}` };
  const firstMs = timed[0]!.atMs;
  const endMs = Math.max(timed.at(-1)!.atMs, effects.at(-1)?.atMs ?? 0) + 1;
  const each = Array.from({ length: instances }, (_, instance) => instance);
  const run = { ...about, subject: "made", versions: {}, promises: madePromises, graceMs: 40 };
  const nothing = { warmUp: [], deliveries: [], faults: [], holds: [], choices: [] };
  const entries: readonly Entry[] = [
    { type: "run", atMs: firstMs, formatVersion, ...run },
    ...each.map((instance) => ({ type: "instance", atMs: firstMs, instance, event: "started" } as const)),
    ...timed,
    { type: "phase", atMs: endMs, phase: "sent" },
    { type: "phase", atMs: endMs, phase: "quiet" },
    ...effects.map((effect, order) => ({ ...effect, atMs: endMs, order })),
    { type: "phase", atMs: endMs, phase: "end" },
  ];
  return { plan: { ...about, ...nothing, formatVersion, seed, instances, cuts }, entries };
}
