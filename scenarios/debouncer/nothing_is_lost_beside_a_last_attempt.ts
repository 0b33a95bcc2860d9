/**
 * What comes while a batch fails for the last time, and a dead letter that is put back while another batch is in flight, are not lost.
 */

import { claim } from "../../src/core/scenario.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { deadLettersKept } from "../../src/properties/dead_letters_kept.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { duringTheLastAttempt, idleTurn } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title: "Debouncer: what comes during a last attempt, or is put back during another batch, is not lost",
  story:
    "One attempt is all that a batch has. Its handler is at work, and will fail, when the customer sends another message: the batch dies, and that message waits for its own turn. While it is handled, somebody puts the dead letter back: it stays where it is until there is room for it.",
  subject: debouncer({ options: { attemptsMax: 1 } }),
  plans: { strategy: "sample", warmUp: idleTurn, workload: duringTheLastAttempt, faults: [], runsMin: 3 },
  instances: 2,
  disturbedBy: "sender",
  properties: [noneLost, eachMessageInOneBatch, deadLettersKept, convergesAfterHealing],
  proves: ["dead-letters-kept"],
});
