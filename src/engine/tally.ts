/**
 * What came of a scenario: counts its judged runs as they come, keeps what the report needs of each, and concludes. Holds
 * no histories but those of the first violations.
 */

import type { AnyFault } from "../core/fault.ts";
import type { FaultResult, PlaceResult, PropertyResult } from "../core/results.ts";
import type { NamedScenario, Sampled } from "../core/scenario.ts";
import { propertiesOf } from "../core/scenario.ts";
import type { Judged, PlannedPlace, Progress } from "../core/strategy.ts";
import type { Violated } from "../core/verdict.ts";
import type { View } from "../core/view.ts";
import { overlapped } from "../core/disturbance.ts";
import { whatCame } from "./what_came.ts";

/** How many violations of one property are kept with their stories; all are counted. */
const keptMax = 3;

/** A violation as the tally keeps it. */
export interface KeptViolation {
  readonly property: string;
  readonly verdict: Violated;
  readonly judged: Judged;
  readonly view: View;
}

/** All runs of one scenario, counted. */
export class Tally implements Progress {
  readonly named: NamedScenario;
  plans = 0;
  voids = 0;
  valid = 0;
  broken: string | undefined;
  interruptedBy: string | undefined;
  caughtAfterSeconds: number | undefined;
  readonly voidReasons = new Map<string, number>();
  readonly violations: KeptViolation[] = [];
  #startedMs = performance.now();
  #begun = false;
  readonly #properties = new Map<string, { examined: number; violated: number; unknowns: Map<string, number> }>();
  readonly #planned: PlannedPlace[] = [];
  readonly #visited = new Map<string, Pick<PlaceResult, "hit" | "came" | "violated">>();
  readonly #faults = new Map<string, { planned: number; confirmed: number; overlapping: number }>();
  readonly #shrunk = new Map<string, Judged>();

  constructor(named: NamedScenario) {
    this.named = named;
    for (const { name } of propertiesOf(named.scenario)) {
      this.#properties.set(name, { examined: 0, violated: 0, unknowns: new Map() });
    }
    for (const fault of listedFaults(named)) this.#faults.set(fault.name, { planned: 0, confirmed: 0, overlapping: 0 });
  }

  /** The clock starts with the first run that has a lane: waiting for others is not the scenario's time. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#startedMs = performance.now();
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  planned(place: PlannedPlace): void {
    this.#planned.push(place);
  }

  interrupted(why: string): void {
    this.interruptedBy ??= why;
  }

  shrunk(from: string, to: Judged): void {
    this.#shrunk.set(from, to);
  }

  /** The violation of a property by the smallest plan that was found; the first one if none was shrunk. */
  smallestViolation(property: string): KeptViolation | undefined {
    const kept = this.violations.filter((violation) => violation.property === property);
    const shrunk = kept.findLast((violation) => [...this.#shrunk.values()].includes(violation.judged));
    return shrunk ?? kept[0];
  }

  /** Counts one run. */
  add(judged: Judged, view: View, broken: string | undefined): void {
    this.plans++;
    this.broken ??= broken;
    if (judged.void) {
      this.voids++;
      bump(this.voidReasons, judged.void);
    } else this.valid++;
    for (const [name, verdict] of Object.entries(judged.verdicts)) {
      const property = this.#properties.get(name)!;
      if (verdict.verdict === "unknown") bump(property.unknowns, verdict.because);
      else property.examined += verdict.examined;
      if (verdict.verdict === "violated") this.#violated(name, verdict, judged, view);
    }
    this.#countFaults(judged, view);
    this.#visit(judged, view);
  }

  #violated(name: string, verdict: Violated, judged: Judged, view: View): void {
    const property = this.#properties.get(name)!;
    property.violated++;
    const { scenario } = this.named;
    if (scenario.kind !== "claim" && scenario.names.name === name) this.caughtAfterSeconds ??= this.seconds;
    const kept = this.violations.filter((violation) => violation.property === name);
    // Beyond the first few, the latest takes the place of the last: shrinking ends with the smallest.
    if (kept.length >= keptMax) this.violations.splice(this.violations.indexOf(kept.at(-1)!), 1);
    this.violations.push({ property: name, verdict, judged, view });
  }

  #countFaults(judged: Judged, view: View): void {
    for (const planned of judged.plan.faults) {
      const count = this.#faults.get(planned.fault);
      if (!count) continue;
      count.planned++;
      const disturbance = view.disturbances.get(planned.id);
      if (!disturbance?.confirmed) continue;
      count.confirmed++;
      if (!judged.void && overlapped(view, disturbance)) count.overlapping++;
    }
  }

  #visit(judged: Judged, view: View): void {
    if (this.#planned.length === 0) return;
    const hit = [...view.disturbances.values()].some((d) => d.confirmed) && !judged.void;
    const violated = Object.entries(judged.verdicts).filter(([, v]) => v.verdict === "violated").map(([name]) => name);
    this.#visited.set(judged.plan.identity, { hit, came: whatCame(view), violated });
  }

  /** The places of the scenario, in the order planned; one that was never visited was not hit. A plan may visit several. */
  places(): readonly PlaceResult[] {
    const never = { hit: false, came: "not visited", violated: [] };
    return this.#planned.map(({ text, ...place }) => ({
      ...place,
      ...(text ? { text } : {}),
      ...(this.#visited.get(place.identity) ?? never),
    }));
  }

  faults(): readonly FaultResult[] {
    return listedFaults(this.named).map(({ name, story }) => ({ name, story, ...this.#faults.get(name)! }));
  }

  properties(): readonly PropertyResult[] {
    return propertiesOf(this.named.scenario).map(({ name, claim }) => {
      const { examined, violated, unknowns } = this.#properties.get(name)!;
      if (violated > 0) {
        const why = this.violations.find((v) => v.property === name)?.verdict.because ?? "";
        return { name, claim, verdict: "violated", examined, why };
      }
      if (examined > 0) return { name, claim, verdict: "holds", examined };
      const why = [...unknowns.keys()][0] ?? "no run examined it";
      return { name, claim, verdict: "unknown", examined, why };
    });
  }
}

/** The faults that a scenario lists. */
export function listedFaults({ scenario }: NamedScenario): readonly AnyFault[] {
  if (scenario.plans.strategy === "sample") return (scenario.plans as Sampled<never>).faults;
  return scenario.plans.disturb.filter((how) => typeof how !== "string");
}

function bump(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
