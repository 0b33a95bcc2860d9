/**
 * An arbitrary of plans: a workload of the scenario, and windows of its faults. Times and severities are drawn exactly.
 */

import fc from "fast-check";
import type { AnyFault } from "../core/fault.ts";
import { formatVersion } from "../core/plan.ts";
import type { Operation, Plan, PlannedFault } from "../core/plan.ts";
import type { NamedScenario, Sampled } from "../core/scenario.ts";

/** Shortest and longest window of a fault, in ms, unless the scenario says otherwise. */
const windowMsByDefault = { min: 80, max: 250 };

/**
 * Plans of a scenario. The pinned-th fault (modulo their number) is nearly always in the plan, so that no fault is left to
 * luck; shrinking may still take it out.
 */
export function drawnPlan(
  named: NamedScenario,
  options: { seed: number; identity: string; pinned: number },
): fc.Arbitrary<Plan> {
  const { scenario, path } = named;
  const plans = scenario.plans as Sampled<Operation>;
  const instances = scenario.instances ?? 3;
  const window = windowOf(plans, instances);
  const pinned = plans.faults[options.pinned % Math.max(1, plans.faults.length)];
  const further = Math.max(0, (plans.faultsMax ?? 2) - 1);
  const faults = pinned
    ? fc.tuple(
      fc.option(window(pinned), { freq: 1_000_000 }),
      fc.array(fc.oneof(...plans.faults.map(window)), { maxLength: further }),
    ).map(([first, rest]) => numbered([...(first ? [first] : []), ...rest]))
    : fc.constant([]);
  return fc.record({ deliveries: plans.workload, faults }).map(({ deliveries, faults }) => ({
    formatVersion,
    scenario: path,
    identity: options.identity,
    seed: options.seed,
    instances,
    warmUp: plans.warmUp ? Array.from({ length: instances }, (_, i) => [{ ...plans.warmUp!, key: `warm${i}` }]) : [],
    deliveries,
    faults,
    cuts: [],
    holds: [],
    choices: [],
  }));
}

type Unnumbered = Omit<PlannedFault, "id">;

function windowOf(plans: Sampled<Operation>, instances: number): (fault: AnyFault) => fc.Arbitrary<Unnumbered> {
  return (fault) =>
    fc.record({
      severity: fault.severity,
      instance: fault.ownServer
        ? fc.constant("all" as const)
        : fc.oneof(fc.nat(instances - 1), fc.constant("all" as const)),
      strikes: fc.record({
        atMs: fc.nat(plans.withinMs ?? 300),
        forMs: fc.integer(plans.windowMs ?? windowMsByDefault),
      }),
    }).map((drawn) => ({ fault: fault.name, service: "postgres" as const, ...drawn }));
}

function numbered(faults: readonly Unnumbered[]): PlannedFault[] {
  return faults.map((fault, i) => ({ id: `f${i + 1}`, ...fault }));
}
