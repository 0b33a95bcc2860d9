/**
 * A debouncer that believes the clocks of its producers is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { quietThenFire } from "../../src/properties/quiet_then_fire.ts";
import { controlTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, said } from "../../src/subjects/debouncer_workloads.ts";

/** A quiet time that no machine is too busy to be quicker than. */
const times = { promises: { ...controlTimes, quietMs: 300, maxWaitMs: 900 } };

const workload = said([
  { op: { key: "c1/m1", do: "push" }, instance: 0, when: { atMs: 0 } },
  { op: { key: "c1/turn", do: "turn", effectless: true }, instance: 1, when: { afterMs: 0 } },
]);

export default control({
  title: "A debouncer that lets the producer's clock decide is caught",
  story:
    "The clock of one instance is an hour behind. By that clock a message that is pushed there has been due for an hour, so the loop hands it on at once, and whatever the customer writes next comes in a batch of its own.",
  subject: debouncer({
    ...times,
    name: "debouncer by the producer's clock",
    module: new URL("../../src/subjects/flawed/producers_clock_hosted.ts", import.meta.url),
  }),
  good: debouncer(times),
  flaw: "The clock of whoever pushes a message decides when its conversation falls due",
  names: quietThenFire,
  plans: { strategy: "sample", warmUp: idleTurn, workload, faults: [], runsMin: 5 },
  instances: 2,
  clocksMs: [-3_600_000, 0],
  disturbedBy: "nothing",
  lacks: ["quiet-time-by-redis"],
});
