/**
 * A batch whose handler failed is not forgotten, and nobody is told that nothing is left of its conversation.
 */

import { claim } from "../../src/core/scenario.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { failingOnce, idleTurn } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title: "Debouncer: a batch whose handler failed comes again, and until then its conversation is not called settled",
  story:
    "A message is pushed, and the handler of its batch fails at the first attempt. Whoever stepped the loop comes again until he is told that the conversation has nothing left, and nobody else steps it: a batch that was called settled too early would lie there for ever.",
  subject: debouncer(),
  plans: { strategy: "sample", warmUp: idleTurn, workload: failingOnce, faults: [], runsMin: 2 },
  instances: 2,
  disturbedBy: "nothing",
  properties: [eachMessageInOneBatch, noneLost, convergesAfterHealing],
  proves: ["failed-comes-again"],
});
