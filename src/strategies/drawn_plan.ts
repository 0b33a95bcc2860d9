/**
 * An arbitrary of plans: a workload of the scenario, and windows of its faults. Times and severities are drawn exactly.
 */

import fc from "fast-check";
import type { AnyFault } from "../core/fault.ts";
import { formatVersion } from "../core/plan.ts";
import type { Service } from "../core/place.ts";
import type { Operation, Plan, PlannedFault } from "../core/plan.ts";
import type { NamedScenario, Sampled } from "../core/scenario.ts";

/** Shortest and longest window of a fault, in ms, unless the scenario says otherwise. */
const windowMsByDefault = { min: 80, max: 250 };

/**
 * Plans of a scenario. The pinned-th of its faults (modulo their number) is nearly always in the plan, so that no fault is
 * left to luck; shrinking may still take it out.
 */
export function drawnPlan(
  named: NamedScenario,
  options: { seed: number; identity: string; pinned: number },
): fc.Arbitrary<Plan> {
  const { scenario, path } = named;
  const plans = scenario.plans as Sampled<Operation>;
  const instances = scenario.instances ?? 3;
  const faults = faultsOf({ ...plans, needs: plans.services ?? scenario.subject.needs }, instances, options.pinned);
  return fc.record({ deliveries: plans.workload, faults }).map(({ deliveries, faults }) => ({
    formatVersion,
    scenario: path,
    identity: options.identity,
    seed: options.seed,
    instances,
    warmUp: plans.warmUp ? Array.from({ length: instances }, (_, i) => [{ ...plans.warmUp!, key: `warm${i}` }]) : [],
    ...(scenario.clocksMs ? { clocksMs: scenario.clocksMs } : {}),
    deliveries,
    faults,
    cuts: [],
    holds: [],
    choices: [],
  }));
}

type Unnumbered = Omit<PlannedFault, "id">;
type Drawn = Sampled<Operation> & { readonly needs: readonly Service[] };

/** The store that a fault strikes, or whose road. */
function serviceOf({ service }: AnyFault, needs: readonly Service[]): fc.Arbitrary<Service> {
  if (service) return fc.constant(service);
  return needs.length === 1 ? fc.constant(needs[0]!) : fc.constantFrom(...needs);
}

/**
 * The pinned fault: in one run of five alone and at all instances, which is an outage, and in the others with as many more as may be, each
 * at another instance. Never two on one road: Toxiproxy 2.12 can hang for ever while it takes one of several toxics off a connection (a
 * slicer below a latency), and then nothing can be healed.
 */
function faultsOf(plans: Drawn, instances: number, i: number): fc.Arbitrary<PlannedFault[]> {
  const { faults, faultsMax = 2 } = plans;
  const at = i % Math.max(1, faults.length);
  const pinned = faults[at];
  if (!pinned) return fc.constant([]);
  const nearlyAlways = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 1_000_000 });
  const everywhere = fc.constant("all" as const);
  const alone = (instance: fc.Arbitrary<number | "all">) =>
    nearlyAlways(window(plans, pinned, instance)).map((one) => numbered([one]));
  if (pinned.ownServer || plans.onAllRoads) return alone(everywhere);
  const many = Math.min(faultsMax, faults.length, instances);
  if (many === 1) {
    return alone(fc.oneof({ weight: 1, arbitrary: fc.nat(instances - 1) }, { weight: 2, arbitrary: everywhere }));
  }
  const round = Math.floor(i / faults.length);
  if ((at + round) % 5 === 0) return alone(everywhere);
  // Each at an instance of its own, from a drawn one on; the further ones change from round to round.
  const further = (nth: number) => faults[(i + nth * (1 + round)) % faults.length]!;
  return fc.nat(instances - 1).chain((first) =>
    fc.tuple(...Array.from({ length: many }, (_, nth) => {
      const instance = fc.constant((first + nth) % instances);
      return nearlyAlways(window(plans, nth === 0 ? pinned : further(nth), instance));
    }))
  ).map(numbered);
}

function window(
  plans: Drawn,
  fault: AnyFault,
  instance: fc.Arbitrary<number | "all">,
): fc.Arbitrary<Unnumbered> {
  return fc.record({
    fault: fc.constant(fault.name),
    service: serviceOf(fault, plans.needs),
    instance,
    severity: fault.severity,
    strikes: fc.record({ atMs: fc.nat(plans.withinMs ?? 300), forMs: fc.integer(plans.windowMs ?? windowMsByDefault) }),
  });
}

function numbered(faults: readonly (Unnumbered | null)[]): PlannedFault[] {
  return faults.filter((fault) => fault !== null).map((fault, i) => ({ id: `f${i + 1}`, ...fault }));
}
