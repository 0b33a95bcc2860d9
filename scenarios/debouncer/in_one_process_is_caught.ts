/**
 * A debouncer in one process's memory is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { quietThenFire } from "../../src/properties/quiet_then_fire.ts";
import { controlTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, said } from "../../src/subjects/debouncer_workloads.ts";

/** A quiet time within which a busy machine gets both messages to where they belong. */
const times = { promises: { ...controlTimes, quietMs: 240, maxWaitMs: 960 } };

/** The loop of the first instance is stepped when the first message has been there for longer than the quiet time, and the second has not. */
const workload = said([
  { op: { key: "c1/m1", do: "push" }, instance: 0, when: { atMs: 0 } },
  { op: { key: "c1/m2", do: "push" }, instance: 1, when: { atMs: 110 } },
  { op: { key: "c1/turn", do: "turn", effectless: true }, instance: 0, when: { atMs: 245 } },
]);

export default control({
  title: "A debouncer that lives in one process's memory is caught",
  story:
    "Two messages of a customer arrive within the quiet time, each at another instance. The first instance knows of one of them, finds that it has been quiet, and hands it on; the other is taken along by whoever stops the second instance.",
  subject: debouncer({
    ...times,
    name: "debouncer in one process's memory",
    module: new URL("../../src/subjects/flawed/in_one_process_hosted.ts", import.meta.url),
  }),
  good: debouncer(times),
  flaw: "What waits is kept in the memory of the process that it came to",
  names: quietThenFire,
  also: [noneLost],
  plans: { strategy: "sample", warmUp: idleTurn, workload, faults: [], runsMin: 5 },
  instances: 2,
  disturbedBy: "sender",
  lacks: ["quiet-time-by-redis"],
});
