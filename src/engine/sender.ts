/**
 * The sender: delivers at least once. Each delivery is a chain of sends that ends with an acknowledgement or a final
 * refusal; when, where and how often is the plan's business.
 */

import type { Reply } from "../core/lane.ts";
import type { Delivery, Plan } from "../core/plan.ts";
import type { Clients } from "./client.ts";
import { pause } from "./pause.ts";

/** Most sends of one delivery. A sender that is refused so often has met something that is stuck. */
export const sendsMax = 400;

/** Why a delivery is over. */
export type Delivered = "acknowledged" | "refused for good" | "gave up";

/** All deliveries of a plan, side by side. */
export class Sender {
  readonly #plan: Plan;
  readonly #clients: Clients;
  readonly #now: () => number;
  readonly #acked = new Map<string, PromiseWithResolvers<boolean>>();
  readonly #signal: AbortSignal;
  #openCount = 0;

  /** `now` is the run's clock; `signal` ends the sending: what is under way still settles. */
  constructor(options: { plan: Plan; clients: Clients; now(): number; signal: AbortSignal }) {
    this.#plan = options.plan;
    this.#clients = options.clients;
    this.#now = options.now;
    this.#signal = options.signal;
    for (const delivery of options.plan.deliveries) this.#acked.set(delivery.id, Promise.withResolvers());
  }

  /** How many deliveries are not over yet. */
  get open(): number {
    return this.#openCount;
  }

  /** Resolves when each delivery is over, by its id. */
  async deliverAll(): Promise<ReadonlyMap<string, Delivered>> {
    this.#openCount = this.#plan.deliveries.length;
    const all = this.#plan.deliveries.map(async (delivery) => {
      const delivered = await this.#deliver(delivery);
      this.#openCount--;
      this.#acked.get(delivery.id)!.resolve(delivered === "acknowledged");
      return [delivery.id, delivered] as const;
    });
    return new Map(await Promise.all(all));
  }

  async #deliver(delivery: Delivery): Promise<Delivered> {
    if (!await this.#begin(delivery)) return "gave up";
    let process = this.#clients.newProcess();
    for (let send = 1; send <= sendsMax; send++) {
      const instance = routed(delivery.route, send - 1) % this.#plan.instances;
      const reply: Reply = await this.#clients.invoke({
        operation: `${delivery.id}.${send}`,
        process,
        instance,
        op: delivery.op,
      });
      if (reply.outcome === "ok") return "acknowledged";
      if (reply.outcome === "fail" && reply.final) return "refused for good";
      if (reply.outcome === "info") process = this.#clients.newProcess();
      if (!await pause(waited(delivery.resendAfterMs, send - 1), this.#signal)) return "gave up";
    }
    return "gave up";
  }

  async #begin(delivery: Delivery): Promise<boolean> {
    if ("atMs" in delivery.starts) return pause(delivery.starts.atMs - this.#now(), this.#signal);
    const before = this.#acked.get(delivery.starts.afterAckOf);
    if (!before) {
      throw new Error(`Cannot deliver "${delivery.id}": no delivery "${delivery.starts.afterAckOf}" in the plan`);
    }
    if (!await before.promise) return false;
    return pause(delivery.starts.afterMs, this.#signal);
  }
}

/** The i-th stop of a route; past its end the last two stops alternate. */
function routed(route: readonly number[], i: number): number {
  if (route.length === 0) return 0;
  if (i < route.length) return route[i]!;
  const back = Math.min(2, route.length);
  return route[route.length - back + ((i - route.length) % back)]!;
}

function waited(waits: readonly number[], i: number): number {
  return waits[Math.min(i, waits.length - 1)] ?? 0;
}
