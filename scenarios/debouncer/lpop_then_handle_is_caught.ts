/**
 * A debouncer that keeps nothing of what it hands out is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { controlTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, oneTurn, threeMessages } from "../../src/subjects/debouncer_workloads.ts";

export default control({
  title: "A debouncer that pops its messages, then handles them, is caught",
  story:
    "Three messages are taken out of Redis, and the reply that carries them is lost. They are nowhere any more: the next step of the loop finds nothing to do.",
  subject: debouncer({
    name: "debouncer with LPOP, then the handler",
    promises: controlTimes,
    module: new URL("../../src/subjects/flawed/lpop_then_handle_hosted.ts", import.meta.url),
  }),
  good: debouncer({ promises: controlTimes }),
  flaw: "What is taken is deleted at once, before anybody has handled it",
  names: noneLost,
  plans: {
    strategy: "cuts",
    warmUp: idleTurn,
    before: threeMessages,
    operation: oneTurn,
    connections: ["open"],
    services: ["redis"],
    disturb: ["cut"],
  },
  instances: 2,
  disturbedBy: "faults",
});
