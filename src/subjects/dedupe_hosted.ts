/**
 * The instance's half of the dedupe subjects: opens the dedupe over this instance's own road, delivers events to it, and
 * testifies. `hostDedupe` takes what opens the dedupe, so that a flawed twin differs from the good one by that alone.
 */

import type { Call, Hosted, Instance, World } from "../core/subject.ts";
import { type Dedupe, type DedupeOptions, openDedupe } from "../reference/dedupe/mod.ts";
import { deliver } from "./dedupe_delivery.ts";
import type { Mode, WebhookDelivery } from "./dedupe.ts";
import { Opening } from "./opening.ts";

/** What a dedupe has to offer to be hosted: the reference's modes. A twin may leave out those that it is not about. */
export type HostedDedupe = Pick<Dedupe, "transactional" | "leased" | "batch"> & AsyncDisposable & {
  /** What stands before its receiver; nothing by default. */
  gateway?(response: Response): Response;
};

/** Makes a hosted module of whatever opens a dedupe. */
export function hostDedupe(
  open: (options: DedupeOptions, world: World) => Promise<HostedDedupe>,
): Hosted<WebhookDelivery> {
  return {
    async start(world: World): Promise<Instance<WebhookDelivery>> {
      const opening = new Opening(() => open(optionsOf(world), world));
      if (world.options.opensAtStart) await opening.opened();
      return {
        async invoke(op: WebhookDelivery, call: Call): Promise<unknown> {
          return await deliver(await opening.opened(), op, call, world);
        },
        [Symbol.asyncDispose]: () => opening.close(),
      };
    },
  };
}

/** Options of one instance: its own road, its run's part of the tables, the times that the subject promises. */
function optionsOf(world: World): DedupeOptions {
  const { promises, mode } = world.options as { promises: { leaseMs?: number }; mode: Mode };
  return {
    url: world.url("postgres"),
    schema: world.namespace.schema,
    provider: world.namespace.prefix,
    deadlineMs: world.options.deadlineMs as number,
    ...(promises.leaseMs === undefined ? {} : { leaseMs: promises.leaseMs }),
    connectionsMax: 3,
    checksOver: mode === "leased" || mode === "batch" ? "statements" : "transactions",
    log: (record) => world.note("log", record),
  };
}

/** The reference itself. */
export const hosted: Hosted<WebhookDelivery> = hostDedupe(openDedupe);
