/**
 * What a drawn disturbance is: its part of the plan, and its entries in the history, as the nemesis would say them. Cuts,
 * stalls and barriers are named as such; any other name is that of a fault.
 */

import type { Mark } from "./drawing.ts";
import type { DrawnOperation } from "./drawn_operation.ts";
import type { DisturbEntry } from "../core/history.ts";
import type { MessagePlace, Service } from "../core/place.ts";
import type { Plan, PlannedCut, PlannedFault, PlannedHold } from "../core/plan.ts";

/** A plan to which disturbances can be added. */
export type GrowingPlan = Plan & {
  readonly faults: PlannedFault[];
  readonly cuts: PlannedCut[];
  readonly holds: PlannedHold[];
};

const places: Readonly<Record<Service, MessagePlace>> = {
  postgres: { service: "postgres", connection: 0, direction: "up", message: "Query", nth: 0 },
  redis: { service: "redis", connection: 0, direction: "up", message: "EVALSHA push", nth: 0 },
};

/** Adds the disturbance to the plan, and gives its entries. Drawn without an end, it is still there when the history ends. */
export function addDisturbanceOf(
  mark: Mark,
  operation: DrawnOperation | undefined,
  plan: GrowingPlan,
  service: Service,
): DisturbEntry[] {
  const { faults, cuts, holds } = plan;
  const place = places[service];
  const id = `${mark.name}${faults.length + cuts.length + holds.length + 1}`;
  const instance = mark.lane?.instance ?? (mark.name === "cut" || mark.name === "stall" ? 0 : "all");
  const [numbered, of, forMs] = [instance === "all" ? 0 : instance, operation?.id ?? "d1.1", mark.toMs - mark.atMs];
  if (mark.name === "cut") cuts.push({ id, instance: numbered, operation: of, place: { ...place, byte: 0 } });
  else if (mark.name === "stall") holds.push({ id, kind: "stall", instance: numbered, operation: of, place, forMs });
  else if (mark.name === "barrier") {
    holds.push({ id, kind: "barrier", operations: { [numbered]: of }, place, atMostMs: forMs });
  } else {
    const strikes = { atMs: mark.atMs, forMs };
    faults.push({ id, fault: mark.name, service, instance, severity: null, strikes });
  }
  const about = { type: "disturb", id, fault: mark.name, instance } as const;
  const entries: DisturbEntry[] = [{ ...about, atMs: mark.atMs, event: "injected" }];
  if (mark.inside !== "?" && mark.end !== "missed") entries.push({ ...about, atMs: mark.atMs, event: "struck" });
  if (mark.end) entries.push({ ...about, atMs: mark.toMs, event: mark.end as DisturbEntry["event"] });
  return entries;
}
