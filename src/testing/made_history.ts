/**
 * Makes histories of a correct subject, as large as you like: for the bench, and for tests by mutation, in which no property
 * may accuse one as it is and the property whose claim a mutation breaks must.
 *
 * Each key is delivered once or twice and sent again until acknowledged; requests and replies get lost, are refused or find
 * it busy; half of the keys have a durable effect in a transaction, the others a foreign one under a lease, with a fencing
 * sink and at times a holder that comes too late. One seed gives one history. A sibling would make another kind of subject.
 */

import fc from "fast-check";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Entry } from "../core/history.ts";
import { type Delivery, formatVersion, type Plan, type PlannedCut } from "../core/plan.ts";
import { Conversation } from "./made_conversation.ts";

/** What to make. Stops at the first key with which both minima are reached. */
export interface MadeOptions {
  readonly seed: number;
  readonly keysMin: number;
  readonly entriesMin?: number;
  readonly instances?: number;
}

/** A history and the plan of which it is one. */
export interface Made {
  readonly plan: Plan;
  readonly entries: Entry[];
}

/** What to make for tests: small histories. Drawn are the options, so that a counterexample can be read. */
export const madeOptions: fc.Arbitrary<MadeOptions> = fc.record({
  seed: fc.nat(),
  keysMin: fc.integer({ min: 1, max: 8 }),
  instances: fc.integer({ min: 1, max: 3 }),
});

/** One send: what becomes of it is drawn before anything is known of the others. */
interface Attempt {
  readonly operation: string;
  readonly process: number;
  readonly instance: number;
  readonly atMs: number;
  readonly fate: Fate;
}

type Fate = "answered" | "request lost" | "reply lost" | "refused" | "busy" | "slow";

const promises = { answersWithinMs: 1_000, leaseMs: 5, convergesWithinMs: 1_000 };
const fates: readonly Fate[] = ["request lost", "reply lost", "refused", "busy", "slow"];
/** Cuts beyond these go unplanned: one plan has no thousands. */
const cutsMax = 20;

/** Makes a history of a correct subject. */
export function madeHistory({ seed, keysMin, entriesMin = 0, instances = 3 }: MadeOptions): Made {
  const random = xoroshiro128plus(seed);
  const chance = (from: number, to: number) => uniformInt(random, from, to);
  const deliveries: Delivery[] = [];
  const cuts: PlannedCut[] = [];
  const timed: Entry[] = [];
  const effects: Extract<Entry, { type: "effect" }>[] = [];
  for (let key = 0; key < keysMin || timed.length < entriesMin; key++) {
    const attempts = sendsOf(key, instances, chance, deliveries);
    const op = { key: `e${key}`, body: `body of e${key}` };
    const of = new Story({ op, timed, effects, cuts });
    if (chance(0, 1) === 0) of.transactional(attempts);
    else of.leased(attempts);
  }
  timed.sort((a, b) => a.atMs - b.atMs);
  const firstMs = timed[0]!.atMs;
  const endMs = timed.at(-1)!.atMs + 1;
  const each = Array.from({ length: instances }, (_, instance) => instance);
  const about = { scenario: "made", identity: `made ${seed}`, subject: "made", versions: {} };
  effects.sort((a, b) => a.atMs - b.atMs);
  const entries: Entry[] = [
    { type: "run", atMs: firstMs, formatVersion, ...about, promises, graceMs: 250 },
    ...each.map((instance) => ({ type: "instance", atMs: firstMs, instance, event: "started" } as const)),
  ];
  for (const entry of timed) entries.push(entry); // no spread: a million arguments are too many
  entries.push({ type: "phase", atMs: endMs, phase: "sent" });
  for (const instance of each) entries.push({ type: "instance", atMs: endMs, instance, event: "stopped" });
  entries.push({ type: "phase", atMs: endMs, phase: "quiet" });
  effects.forEach((effect, order) => entries.push({ ...effect, atMs: endMs, order }));
  entries.push({ type: "phase", atMs: endMs, phase: "end" });
  const plan: Plan = {
    formatVersion,
    scenario: about.scenario,
    identity: about.identity,
    seed,
    instances,
    warmUp: [],
    deliveries,
    faults: [],
    cuts,
    holds: [],
    choices: [],
  };
  return { plan, entries };
}

/** The sends of one key in the order of time. The last of each delivery is answered. */
function sendsOf(
  key: number,
  instances: number,
  chance: (from: number, to: number) => number,
  deliveries: Delivery[],
): Attempt[] {
  const attempts: Attempt[] = [];
  const startMs = key * 3;
  for (let twin = chance(1, 10) > 3 ? 1 : 2; twin > 0; twin--) {
    const id = `d${deliveries.length + 1}`;
    const route: number[] = [];
    const first = startMs + chance(0, 30);
    let process = deliveries.length * 10;
    for (let atMs = first, last = false; !last; atMs += 60 + chance(0, 40)) {
      last = route.length === 3 || chance(1, 10) <= 7;
      const fate = last ? "answered" : fates[chance(0, fates.length - 1)]!;
      const instance = chance(0, instances - 1);
      route.push(instance);
      attempts.push({ operation: `${id}.${route.length}`, process, instance, atMs, fate });
      if (fate.endsWith("lost")) process++;
    }
    const op = { key: `e${key}`, body: `body of e${key}` };
    deliveries.push({ id, op, starts: { atMs: first }, route, resendAfterMs: [50] });
  }
  return attempts.sort((a, b) => a.atMs - b.atMs);
}

/** A key, and where what happens to it goes. */
interface Of {
  readonly op: { readonly key: string };
  readonly timed: Entry[];
  readonly effects: Extract<Entry, { type: "effect" }>[];
  readonly cuts: PlannedCut[];
}

/** What happens to one key, attempt after attempt, as a correct subject has it. */
class Story {
  readonly #of: Of;
  #done = false;
  #token = 0;

  constructor(of: Of) {
    this.#of = of;
  }

  transactional(attempts: readonly Attempt[]): void {
    for (const attempt of attempts) {
      const says = this.#begin(attempt);
      if (!says) continue;
      const { operation, fate } = attempt;
      if (!this.#done) {
        this.#done = true;
        says.note("handler");
        says.exchange("insert into orders (id, body) select $1, $2");
        this.#of.effects.push({ type: "effect", atMs: says.nowMs, key: this.#of.op.key, operation, order: 0 });
      }
      says.exchange("commit", fate === "reply lost" ? "lost" : "done");
      if (fate === "reply lost") this.#cut(attempt, says);
      else says.add({ type: "ok", atMs: says.nowMs, operation, value: null });
    }
  }

  leased(attempts: readonly Attempt[]): void {
    let slow: Conversation | undefined;
    for (const [i, attempt] of attempts.entries()) {
      const says = this.#begin(attempt);
      if (!says) continue;
      const { operation, fate } = attempt;
      if (!this.#done) {
        says.note("granted", { token: String(++this.#token) });
        says.note("handler");
        // A holder that is held up is overtaken by the next delivery, if another one comes in time.
        if (fate === "slow" && !slow && isOvertaken(attempt, attempts.slice(i + 1))) {
          slow = says;
          continue;
        }
        this.#done = true;
        this.#sink(says, "accepted");
      }
      if (slow) this.#comeLate(slow, says.nowMs);
      slow = undefined;
      says.exchange(
        "update leases set done = now() where id = $1 and token = $2",
        fate === "reply lost" ? "lost" : "done",
      );
      if (fate === "reply lost") this.#cut(attempt, says);
      else says.add({ type: "ok", atMs: says.nowMs, operation, value: null });
    }
  }

  /** The part that all have in common; undefined where the attempt ends with it. */
  #begin(attempt: Attempt): Conversation | undefined {
    const { operation, process, instance, atMs, fate } = attempt;
    const { op } = this.#of;
    const says = new Conversation({ timed: this.#of.timed, instance, connection: process, operation, atMs });
    says.add({ type: "invoke", atMs, operation, process, instance, key: op.key, op });
    says.exchange("begin");
    const claim = "insert into inbox (id) values ($1) on conflict do nothing";
    says.exchange(claim, fate === "request lost" ? "lost" : fate === "refused" ? "error" : "done");
    if (fate === "request lost") this.#cut(attempt, says);
    else if (fate !== "refused" && fate !== "busy") return says;
    else says.add({ type: "fail", atMs: says.nowMs, operation, reason: fate, final: false });
    return undefined;
  }

  #sink(says: Conversation, answer: "accepted" | "refused", token = this.#token): void {
    const { operation, instance } = says;
    says.pass();
    const { key } = this.#of.op;
    says.add({ type: "sink", atMs: says.nowMs, instance, operation, key, token: String(token), answer });
  }

  #comeLate(slow: Conversation, nowMs: number): void {
    slow.nowMs = nowMs;
    this.#sink(slow, "refused", this.#token - 1);
    slow.pass();
    const { operation } = slow;
    slow.add({ type: "fail", atMs: slow.nowMs, operation, reason: "the lease was lost", final: false });
  }

  #cut({ operation, instance }: Attempt, says: Conversation): void {
    const { cuts } = this.#of;
    says.add({ type: "info", atMs: says.nowMs + 1, operation, reason: "CONNECTION_CLOSED", because: "thrown" });
    if (cuts.length >= cutsMax) return;
    const id = `c${cuts.length + 1}`;
    const place = { service: "postgres", connection: 0, direction: "up", message: "Execute", nth: 0, byte: 0 } as const;
    cuts.push({ id, instance, operation, place });
    const entry = { type: "disturb", atMs: says.nowMs, id, fault: "cut", instance } as const;
    says.add({ ...entry, event: "struck", evidence: "0 of 20 bytes were passed on" });
    says.add({ ...entry, event: "healed" });
  }
}

/** True if the lease of an attempt is over before anybody else comes, and one who comes then is certainly answered. */
function isOvertaken(slow: Attempt, later: readonly Attempt[]): boolean {
  const delivery = (operation: string) => operation.slice(0, operation.indexOf("."));
  const others = later.filter((other) => delivery(other.operation) !== delivery(slow.operation));
  return others.some((other) => other.fate === "answered") &&
    later.every((other) => other.atMs > slow.atMs + promises.leaseMs);
}
