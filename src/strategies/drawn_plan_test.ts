/** Which faults a drawn plan holds: each alone and everywhere in one run of five, and no two on one road. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { AnyFault } from "../core/fault.ts";
import type { NamedScenario } from "../core/scenario.ts";
import { draw } from "./sample.ts";

const namesOf = (count: number) => [..."abcdefghij"].slice(0, count);

function plansOf(count: number, options: { faults?: number; faultsMax?: number; onAllRoads?: boolean } = {}) {
  const faults = namesOf(options.faults ?? 6).map((name) =>
    ({ name, severity: fc.constant({}) }) as unknown as AnyFault
  );
  const plans = { strategy: "sample", workload: fc.constant([]), ...options, faults };
  const named = {
    path: "made/up",
    scenario: { kind: "claim", subject: { needs: ["redis"] }, plans },
  } as unknown as NamedScenario;
  return Array.from({ length: count }, (_, i) => draw(named, 7, i).plan.faults);
}

Deno.test("in one run of five a fault is alone and strikes all instances, and each fault is in its turn", () => {
  for (const faults of [4, 5, 6, 9, 10]) {
    const alone = plansOf(5 * faults, { faults, faultsMax: 3 }).filter((faults) => faults.length === 1);
    assert.ok(alone.every(([only]) => only!.instance === "all"));
    assert.deepEqual(alone.map(([only]) => only!.fault).toSorted(), namesOf(faults));
  }
});

Deno.test("several faults are different ones, each at an instance of its own", () => {
  const several = plansOf(200, { faultsMax: 3 }).filter((faults) => faults.length > 1);
  assert.equal(several.length, 160);
  for (const faults of several) {
    assert.equal(faults.length, 3);
    assert.equal(new Set(faults.map(({ instance }) => instance)).size, 3);
    assert.ok(faults.every(({ instance }) => instance !== "all"));
  }
});

Deno.test("where one fault a run is all there may be, it strikes one instance or all of them", () => {
  const plans = plansOf(200, { faultsMax: 1 });
  assert.ok(plans.every((faults) => faults.length === 1));
  const everywhere = plans.filter(([only]) => only!.instance === "all").length;
  assert.ok(everywhere > 100 && everywhere < 170, `${everywhere} of 200`);
  assert.ok(plansOf(50, { onAllRoads: true }).every(([only, other]) => only!.instance === "all" && !other));
});
