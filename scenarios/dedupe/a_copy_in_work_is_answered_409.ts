/**
 * By way of HTTP, a copy of an event that is in work is answered 409 with Retry-After, and does not wait for the end of the work.
 */

import fc from "fast-check";
import { claim } from "../../src/core/scenario.ts";
import type { Delivery } from "../../src/core/plan.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { refusalsSayWhen } from "../../src/properties/refusals_say_when.ts";
import { toldWhileInWork } from "../../src/properties/told_while_in_work.ts";
import { claimTimes, dedupe, type WebhookDelivery } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";

/** Long, for the work goes on while the copies arrive, and nothing here may run out of time. */
const deadlineMs = 1_300;
const workMs = 1_000;

const workload: fc.Arbitrary<Delivery<WebhookDelivery>[]> = fc.tuple(fc.integer({ min: 150, max: 250 }), fc.nat(2)).map(
  ([atMs, instance]) => {
    const op = { ...oneOrder, pauseMs: workMs };
    const at = (nth: number) => [(instance + nth) % 3];
    return [
      { id: "d1", op, starts: { atMs: 0 }, route: at(0), resendAfterMs: [200] },
      { id: "d2", op, starts: { atMs }, route: at(1), resendAfterMs: [200] },
      { id: "d3", op, starts: { atMs: atMs + 20 }, route: at(2), resendAfterMs: [200] },
    ];
  },
);

export default claim({
  title: "HTTP receiver: a copy of an event that is in work is answered 409 with Retry-After, at once",
  story:
    "The handler of an event is slow, and two copies arrive at the other instances meanwhile. They are told that it is in work and when to come again, instead of waiting for it with a connection each.",
  subject: dedupe({
    mode: "receiver",
    promises: { ...claimTimes, answersWithinMs: 2 * deadlineMs },
    options: { deadlineMs },
  }),
  plans: { strategy: "sample", warmUp: oneOrder, workload, faults: [], runsMin: 3 },
  disturbedBy: "sender",
  properties: [toldWhileInWork, refusalsSayWhen, atMostOnce, noneLost, convergesAfterHealing],
  proves: ["in-work-answers-409", "retry-after-is-said"],
});
