/**
 * A barrier: the same message of each instance is held until all are in the same gap, then all are let go together, in
 * the order that the plan's choices give.
 *
 * It is hit when one instance is held there and every other is held there, settled, or blocked behind a held one.
 */

import type { Hold, Lane } from "../core/lane.ts";
import type { PlannedHold } from "../core/plan.ts";
import { until } from "./pause.ts";

type PlannedBarrier = Extract<PlannedHold, { kind: "barrier" }>;

/** What a barrier asks of the run. */
export interface BarrierOptions {
  readonly lane: Lane;
  readonly choices: readonly number[];
  readonly done: AbortSignal;
  settled(operation: string): boolean;
}

/** One barrier of one run. */
export class Barrier {
  readonly #planned: PlannedBarrier;
  readonly #options: BarrierOptions;
  readonly #holds = new Map<number, Hold>();
  readonly #pids = new Map<number, number | undefined>();

  constructor(planned: PlannedBarrier, options: BarrierOptions) {
    this.#planned = planned;
    this.#options = options;
    for (const [instance, operation] of this.#participants()) {
      const road = options.lane.roads.find((r) => r.instance === instance && r.service === planned.place.service);
      if (!road) throw new Error(`Cannot hold instance ${instance}: it has no road to ${planned.place.service}`);
      const hold = road.hold({ operation, place: planned.place });
      this.#holds.set(instance, hold);
      hold.held.then((held) => this.#pids.set(instance, held.backendPid));
    }
  }

  /** Who came, in words, once the barrier is hit; undefined if that did not happen in time. */
  async wait(): Promise<string | undefined> {
    let came: string | undefined;
    const { done } = this.#options;
    await until(async () => {
      came = await this.#state();
      return came !== undefined || (done.aborted && this.#heldInstances().length === 0);
    }, { deadlineMs: this.#planned.atMostMs, everyMs: 1, everyMsMax: 8 });
    return came;
  }

  /** Lets all go, in the order of the choices. */
  release(): void {
    const waiting = this.#heldInstances();
    for (const choice of [...this.#options.choices, ...waiting.map(() => 0)]) {
      if (waiting.length === 0) break;
      const [next] = waiting.splice(choice % waiting.length, 1);
      this.#holds.get(next!)!.release();
    }
    for (const hold of this.#holds.values()) hold.disarm();
  }

  async #state(): Promise<string | undefined> {
    const held = this.#heldInstances();
    if (held.length === 0) return undefined;
    const others = this.#participants().filter(([instance]) => !held.includes(instance));
    const waiting = others.filter(([, operation]) => !this.#options.settled(operation)).map(([instance]) => instance);
    const blocked = waiting.length > 0 ? await this.#blocked(waiting, held) : [];
    if (blocked.length < waiting.length) return undefined;
    const parts = [`${held.length} held`];
    if (blocked.length > 0) parts.push(`${blocked.length} blocked behind them`);
    if (others.length > waiting.length) parts.push(`${others.length - waiting.length} settled`);
    return parts.join(", ");
  }

  /** Those of the waiting instances that have a session which waits for a lock that a held instance's session has. */
  async #blocked(waiting: readonly number[], held: readonly number[]): Promise<readonly number[]> {
    const { lane } = this.#options;
    const holders = held.map((instance) => this.#pids.get(instance)).filter((pid) => pid !== undefined);
    const sessions = lane.roads.filter((road) => waiting.includes(road.instance)).flatMap((road) =>
      road.connections().filter((c) => c.serverOpen && c.backendPid !== undefined)
        .map((c) => ({ instance: road.instance, pid: c.backendPid! }))
    );
    if (holders.length === 0 || sessions.length === 0) return [];
    const pids = sessions.map((session) => session.pid);
    const rows = await lane.sql<{ pid: number }[]>`
      select pid from unnest(${arrayOf(pids)}::int[]) pid where pg_blocking_pids(pid) && ${arrayOf(holders)}::int[]`;
    const found = new Set(rows.map((row) => row.pid));
    return waiting.filter((instance) => sessions.some((s) => s.instance === instance && found.has(s.pid)));
  }

  #heldInstances(): number[] {
    return [...this.#holds].filter(([, hold]) => hold.isHeld).map(([instance]) => instance);
  }

  #participants(): [number, string][] {
    return Object.entries(this.#planned.operations).map(([instance, operation]) => [Number(instance), operation]);
  }
}

/** An array as Postgres reads it: without the driver's catalog of types, numbers of an array cannot be sent as such. */
function arrayOf(numbers: readonly number[]): string {
  return `{${numbers.join(",")}}`;
}
