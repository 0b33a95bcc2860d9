/**
 * More messages than a batch takes, and a conversation that is never quiet: all of it is handled, in order, and in time.
 */

import { claim } from "../../src/core/scenario.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { orderKept } from "../../src/properties/order_kept.ts";
import { quietThenFire } from "../../src/properties/quiet_then_fire.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { restlessTimes, withoutRest } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title: "Debouncer: what does not fit into a batch is the next one, and who never rests is answered all the same",
  story:
    "One customer sends more at one moment than two batches take; what is behind the first batch is not forgotten. Another one writes on and on, and is never quiet: the longest wait after the first message ends it.",
  subject: debouncer({ promises: restlessTimes, loops: true }),
  plans: { strategy: "sample", workload: withoutRest, faults: [], runsMin: 2 },
  disturbedBy: "sender",
  properties: [eachMessageInOneBatch, quietThenFire, orderKept, noneLost, convergesAfterHealing],
  proves: ["longest-wait", "next-batch", "message-accepted-once"],
});
