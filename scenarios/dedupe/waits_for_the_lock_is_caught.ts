/**
 * Dedupe whose copies wait for the lock is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { toldWhileInWork } from "../../src/properties/told_while_in_work.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { copiesOfWork, oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurriedAtWork } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "Dedupe whose copies wait for the lock is caught",
  story:
    "The handler of an event is slow, and two copies arrive at the other instances meanwhile. Each stands at the index with a connection of its own, until the handler is done.",
  subject: dedupe({
    name: "dedupe whose copies wait",
    mode: "receiver",
    ...unhurriedAtWork,
    module: new URL("../../src/subjects/flawed/waits_for_the_lock_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "receiver", ...unhurriedAtWork }),
  flaw: "A copy of an event that is in work waits for the end of that work",
  names: toldWhileInWork,
  plans: { strategy: "sample", warmUp: oneOrder, workload: copiesOfWork, faults: [], runsMin: 5 },
  disturbedBy: "sender",
  lacks: ["in-work-answers-409"],
});
