/**
 * A batch that died after its effect was committed, and was put back, is handled again and committed once.
 */

import { claim } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { deadLettersKept } from "../../src/properties/dead_letters_kept.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, putBackAfterItsEffect } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title:
    "Debouncer: a batch that had committed before it became a dead letter is not committed again when it is put back",
  story:
    "One attempt is all that a batch has, and its handler fails when its effect is in the ledger already. Somebody puts the dead letter back, and it is handled once more. The batch has kept its id, so the sink knows that its effect is there.",
  subject: debouncer({ options: { attemptsMax: 1 } }),
  plans: { strategy: "sample", warmUp: idleTurn, workload: putBackAfterItsEffect, faults: [], runsMin: 2 },
  instances: 2,
  disturbedBy: "nothing",
  properties: [atMostOnce, eachMessageInOneBatch, deadLettersKept, noneLost, convergesAfterHealing],
  proves: ["put-back-keeps-its-id", "sink-commits-once"],
});
