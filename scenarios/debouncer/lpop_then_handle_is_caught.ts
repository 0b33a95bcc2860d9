/**
 * A debouncer that keeps nothing of what it hands out is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, threeMessages } from "../../src/subjects/debouncer_workloads.ts";
import { brisk, briskTurn } from "../../src/subjects/flawed/brisk.ts";

export default control({
  title: "A debouncer that pops its messages, then handles them, is caught",
  story:
    "Three messages are taken out of Redis, and the reply that carries them is lost. They are nowhere any more: the next step of the loop finds nothing to do.",
  subject: debouncer({
    name: "debouncer with LPOP, then the handler",
    ...brisk,
    module: new URL("../../src/subjects/flawed/lpop_then_handle_hosted.ts", import.meta.url),
  }),
  good: debouncer(brisk),
  flaw: "What is taken is deleted at once, before anybody has handled it",
  names: noneLost,
  also: [eachMessageInOneBatch],
  plans: {
    strategy: "cuts",
    openedBy: [idleTurn],
    before: threeMessages,
    operation: briskTurn,
    connections: ["open"],
    services: ["redis"],
    disturb: ["cut"],
  },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["batch-takeover"],
});
