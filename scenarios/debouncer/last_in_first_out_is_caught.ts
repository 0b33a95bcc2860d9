/**
 * A debouncer that puts its batches together backwards is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { orderKept } from "../../src/properties/order_kept.ts";
import { controlTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, oneTurn, said, threeMessages } from "../../src/subjects/debouncer_workloads.ts";

/** One message after the other, at two instances in turn. */
const workload = said([
  ...threeMessages.map((op, i) => ({ op, instance: i % 2, when: i === 0 ? { atMs: 0 } : { afterMs: 0 } })),
  { op: oneTurn, instance: 1, when: { afterMs: 0 } },
]);

export default control({
  title: "A debouncer whose last message is its first is caught",
  story:
    "A customer sends three messages, each when the one before has been acknowledged. The handler is given the last of them first, and reads the conversation backwards.",
  subject: debouncer({
    name: "debouncer that hands out backwards",
    promises: controlTimes,
    module: new URL("../../src/subjects/flawed/last_in_first_out_hosted.ts", import.meta.url),
  }),
  good: debouncer({ promises: controlTimes }),
  flaw: "A batch is put together last in, first out",
  names: orderKept,
  plans: { strategy: "sample", warmUp: idleTurn, workload, faults: [], runsMin: 5 },
  instances: 2,
  disturbedBy: "nothing",
});
