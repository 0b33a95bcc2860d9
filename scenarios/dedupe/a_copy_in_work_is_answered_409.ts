/**
 * By way of HTTP, a copy of an event that is in work is answered 409 with Retry-After, and does not wait for the end of the work.
 */

import { claim } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { refusalsSayWhen } from "../../src/properties/refusals_say_when.ts";
import { toldWhileInWork } from "../../src/properties/told_while_in_work.ts";
import { claimTimes, dedupe } from "../../src/subjects/dedupe.ts";
import { atWork, copiesOfWork, oneOrder } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title: "HTTP receiver: a copy of an event that is in work is answered 409 with Retry-After, at once",
  story:
    "The handler of an event is slow, and two copies arrive at the other instances meanwhile. They are told that it is in work and when to come again, instead of waiting for it with a connection each.",
  subject: dedupe({
    mode: "receiver",
    ...atWork,
    promises: { ...claimTimes, ...atWork.promises },
  }),
  plans: { strategy: "sample", warmUp: oneOrder, workload: copiesOfWork, faults: [], runsMin: 3 },
  disturbedBy: "sender",
  properties: [toldWhileInWork, refusalsSayWhen, atMostOnce, noneLost, convergesAfterHealing],
  proves: ["in-work-answers-409", "retry-after-is-said"],
});
