/**
 * A debouncer that puts its batches together backwards is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { orderKept } from "../../src/properties/order_kept.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, said, threeMessages } from "../../src/subjects/debouncer_workloads.ts";
import { brisk, briskTurn } from "../../src/subjects/flawed/brisk.ts";

/** One message after the other, at two instances in turn. */
const workload = said([
  ...threeMessages.map((op, i) => ({ op, instance: i % 2, when: i === 0 ? { atMs: 0 } : { afterMs: 0 } })),
  { op: briskTurn, instance: 1, when: { afterMs: 0 } },
]);

export default control({
  title: "A debouncer whose last message is its first is caught",
  story:
    "A customer sends three messages, each when the one before has been acknowledged. The handler is given the last of them first, and reads the conversation backwards.",
  subject: debouncer({
    name: "debouncer that hands out backwards",
    ...brisk,
    module: new URL("../../src/subjects/flawed/last_in_first_out_hosted.ts", import.meta.url),
  }),
  good: debouncer(brisk),
  flaw: "A batch is put together last in, first out",
  names: orderKept,
  plans: { strategy: "sample", warmUp: idleTurn, workload, faults: [], runsMin: 5 },
  instances: 2,
  disturbedBy: "nothing",
  lacks: ["order-of-acceptance"],
});
