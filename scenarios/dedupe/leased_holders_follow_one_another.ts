/**
 * Lease mode: one holder at a time, and whoever was overtaken is told so and changes nothing any more.
 */

import { claim } from "../../src/core/scenario.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { oneHolder } from "../../src/properties/one_holder.ts";
import { overtakenIsTold } from "../../src/properties/overtaken_is_told.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { overtakenHolders, overtakenTimes } from "../../src/subjects/overtaken_holders.ts";

export default claim({
  title:
    "Lease mode: holders follow one another, and an overtaken one is told so and refused by a receiver that fences",
  story:
    "A handler takes longer than its lease and does not hear that it is over. Until then everybody else is told that the event is in work; after it the next delivery takes the event over with a higher token. The late effect is refused by the receiver, and the late completion by the store, which says that the lease was lost.",
  subject: dedupe({ ...overtakenTimes, name: "dedupe, leased, overtaken", mode: "leased", sink: "fence" }),
  plans: { strategy: "sample", warmUp: oneOrder, workload: overtakenHolders, faults: [], runsMin: 4 },
  instances: 2,
  disturbedBy: "sender",
  properties: [oneHolder, noStaleEffect, overtakenIsTold, noneLost, convergesAfterHealing],
  proves: [
    "busy-while-held",
    "lease-fencing",
    "lease-completion-compares-token",
    "never-stale-where-fenced",
    "completer-is-told",
  ],
});
