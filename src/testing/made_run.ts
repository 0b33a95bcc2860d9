/**
 * Made runs for tests of whatever reads runs: a plan and its history without any service, as true to life as a hand can
 * write them. `doubledRun` is one small violation; `crowdedRun` is as large as one likes. A sibling would be a third run.
 */

import type { Entry, InfoEntry } from "../core/history.ts";
import { type Delivery, formatVersion, type Plan } from "../core/plan.ts";
import type { ShownRun } from "../core/panel.ts";
import type { Place } from "../core/place.ts";

const place: Place = {
  service: "postgres",
  connection: 0,
  direction: "down",
  message: "ReadyForQuery",
  nth: 2,
  byte: 0,
};

/** The claim that all made runs send; its text is data and holds what must be escaped. */
export const madeStatement = 'insert into "claims" values (?) on conflict do nothing -- </script><b>';

/** One event processed twice: the reply to the first commit is cut, and the second send does the work again. 26 entries. */
export function doubledRun(key = "e1", scenario = "dedupe/commit_error_retries_the_effect_is_caught"): ShownRun {
  const delivery: Delivery = {
    id: "d1",
    op: { key },
    starts: { atMs: 0 },
    route: [0, 1],
    resendAfterMs: [100],
  };
  const plan: Plan = {
    ...emptyPlan(scenario, `cut before ${place.message} on an open connection`),
    warmUp: [[{ key: "w0" }], [], []],
    deliveries: [delivery],
    cuts: [{ id: "c1", instance: 0, operation: "d1.1", place }],
  };
  const history: Entry[] = [
    runEntry(plan, -61),
    { type: "instance", atMs: -60, instance: 0, event: "started" },
    { type: "instance", atMs: -60, instance: 1, event: "started" },
    ...sent({ operation: "w0.1", process: 0, instance: 0, key: "w0" }, -42, 1),
    { type: "ok", atMs: -37.5, operation: "w0.1", value: "first" },
    { type: "phase", atMs: 0, phase: "zero" },
    { type: "disturb", atMs: 0.1, id: "c1", fault: "cut", instance: 0, event: "injected", place },
    ...sent({ operation: "d1.1", process: 1, instance: 0, key }, 0.4, 2),
    { type: "connection", atMs: 3.2, instance: 0, service: "postgres", connection: 0, event: "cut", by: "wire" },
    struck("c1", 3.2, "0 of 6 bytes of the message were passed on"),
    { type: "disturb", atMs: 3.3, id: "c1", fault: "cut", instance: 0, event: "healed" },
    { type: "info", atMs: 4.1, operation: "d1.1", reason: "write CONNECTION_CLOSED", because: "thrown" },
    ...sent({ operation: "d1.2", process: 2, instance: 1, key }, 104.2, 1),
    { type: "ok", atMs: 108.9, operation: "d1.2", value: { verdict: "first" } },
    { type: "phase", atMs: 109, phase: "sent" },
    { type: "phase", atMs: 121, phase: "quiet" },
    { type: "effect", atMs: 122, key, operation: "d1.1", order: 0 },
    { type: "effect", atMs: 122, key, operation: "d1.2", order: 1 },
    { type: "phase", atMs: 123, phase: "end" },
  ];
  return { plan, history };
}

/** Where the two effects of {@link doubledRun} stand in its history. */
export function doubledEvidence(run: ShownRun): number[] {
  return run.history.flatMap((entry, index) => entry.type === "effect" ? [index] : []);
}

/** A run of so many operations on three instances, with fault windows, all three outcomes, effects, and one doubled key. */
export function crowdedRun(operations: number, clients = 60): ShownRun {
  const plan = emptyPlan("dedupe/transactional_holds_under_faults", "sample 7");
  const history: Entry[] = [runEntry(plan, -10)];
  const effects: Entry[] = [];
  const settledAt: number[] = Array(clients).fill(0);
  let chance = 12345;
  const next = (below: number) => (chance = (chance * 1103515245 + 12345) % 2147483648) / 2147483648 * below;
  const timed: Entry[] = [];
  for (let n = 0; n < operations; n++) {
    const process = n % clients;
    const operation = `d${n + 1}.1`;
    const key = `order-${n >> 1}`;
    const atMs = settledAt[process]! + 0.2 + next(4);
    const endMs = settledAt[process] = atMs + 1 + next(9);
    timed.push({ type: "invoke", atMs, operation, process, instance: n % 3, key, op: { key } });
    const dice = next(100);
    if (dice < 92) timed.push({ type: "ok", atMs: endMs, operation, value: n % 2 ? "duplicate" : "first" });
    else if (dice < 97) timed.push(lost(operation, endMs));
    else timed.push({ type: "fail", atMs: endMs, operation, reason: "no connection was had", final: false });
    if (n % 2 === 0 || n === 77) effects.push({ type: "effect", atMs: 0, key, operation, order: effects.length });
  }
  const endMs = Math.max(...settledAt);
  for (let n = 0; n < 6; n++) {
    const atMs = endMs * (n + 0.3) / 6;
    const window = { type: "disturb", id: `f${n}`, fault: n % 2 ? "latency" : "black_hole", instance: n % 3 } as const;
    timed.push({ ...window, atMs, event: "injected", severity: { latencyMs: 200 } });
    timed.push({ ...window, atMs: atMs + endMs / 20, event: "struck", evidence: "the slowest reply took 212 ms" });
    timed.push({ ...window, atMs: atMs + endMs / 19, event: "healed" });
  }
  timed.sort((a, b) => a.atMs - b.atMs);
  for (const entry of timed) history.push(entry);
  for (const effect of effects) history.push({ ...effect, atMs: endMs + 20 });
  return { plan, history };
}

/** A plan that asks for nothing. */
export function emptyPlan(scenario: string, identity: string): Plan {
  const nothing = { warmUp: [], deliveries: [], faults: [], cuts: [], holds: [], choices: [] };
  return { formatVersion, scenario, identity, seed: 42, instances: 3, ...nothing };
}

/** The first line of a history of this plan. */
export function runEntry(plan: Plan, atMs: number): Entry {
  return {
    type: "run",
    atMs,
    formatVersion,
    scenario: plan.scenario,
    identity: plan.identity,
    subject: "dedupe",
    promises: { answersWithinMs: 1000, convergesWithinMs: 1000 },
    graceMs: 100,
    versions: { postgres: "15.8" },
  };
}

type Asked = { operation: string; process: number; instance: number; key: string };

function sent(asked: Asked, atMs: number, request: number): Entry[] {
  const { operation, instance, key } = asked;
  const road = { type: "message", instance, service: "postgres", connection: 0, request, operation } as const;
  return [
    { type: "invoke", atMs, ...asked, op: { key } },
    { ...road, atMs: atMs + 0.5, direction: "up", message: "Parse", bytes: 71, text: madeStatement },
    { ...road, atMs: atMs + 0.6, direction: "up", message: "Execute", bytes: 9 },
    { ...road, atMs: atMs + 2.3, direction: "down", message: "CommandComplete", bytes: 15 },
  ];
}

function struck(id: string, atMs: number, evidence: string): Entry {
  return { type: "disturb", atMs, id, fault: "cut", instance: 0, event: "struck", place, evidence };
}

function lost(operation: string, atMs: number): InfoEntry {
  return { type: "info", atMs, operation, reason: "read ECONNRESET", because: "thrown" };
}
