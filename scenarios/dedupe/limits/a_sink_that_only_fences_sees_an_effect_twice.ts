/**
 * Known limit: a receiver that only fences sees an effect twice. What lease mode promises it is "at least once, fenced".
 */

import { limit } from "../../../src/core/scenario.ts";
import { atMostOnce } from "../../../src/properties/at_most_once.ts";
import { noStaleEffect } from "../../../src/properties/no_stale_effect.ts";
import { dedupe } from "../../../src/subjects/dedupe.ts";
import { oneOrder } from "../../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../../src/subjects/flawed/unhurried.ts";

export default limit({
  title: "Lease mode, with a receiver that only fences: an effect is made twice when its completion is lost",
  story:
    "The effect is made at somebody else's, and the message that says so to the store is lost. When the lease has run out the event is taken over, and the effect is made again, by a later holder with a higher token.",
  subject: dedupe({ name: "dedupe, leased, fencing sink", mode: "leased", ...unhurried, sink: "fence" }),
  because:
    "No store can commit together with somebody else. A fencing receiver refuses those who are late, and cannot know those who come again: pass lease.key on to a receiver that deduplicates by it where exactly once is needed",
  names: atMostOnce,
  also: [noStaleEffect],
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
});
