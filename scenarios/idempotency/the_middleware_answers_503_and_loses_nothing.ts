/**
 * The middleware around a fetch handler: whichever message is disturbed, the client learns whether it has to come again.
 */

import { claim } from "../../src/core/scenario.ts";
import { acknowledgedIsNotBegunAgain } from "../../src/properties/acknowledged_is_not_begun_again.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { handlerWaitsForAVerdict } from "../../src/properties/handler_waits_for_a_verdict.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusalsSayWhen } from "../../src/properties/refusals_say_when.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { idempotency, longerThanAllMs } from "../../src/subjects/idempotency.ts";
import { oneTask } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title:
    "Idempotency middleware: what is not certain is answered 503, what is in work 409, so nothing is lost or done twice",
  story:
    "Requests with an Idempotency-Key go through the middleware while its conversation with Redis is cut, stalled, or simultaneous at all instances. Whoever is answered 503 or 409 is told when to come again with the same key, and gets the one response in the end.",
  subject: idempotency({ use: "middleware", sink: "deduplicate" }),
  plans: {
    strategy: "cuts",
    operation: oneTask,
    connections: ["open"],
    services: ["redis"],
    disturb: ["cut", "barrier", "stall"],
    stallMs: longerThanAllMs,
  },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    acknowledgedIsNotBegunAgain,
    noStaleEffect,
    handlerWaitsForAVerdict,
    refusedDidNothing,
    convergesAfterHealing,
    refusalsSayWhen,
    answersInBoundedTime,
    processStaysAlive,
    wasDisturbed,
  ],
  proves: ["middleware-says-when", "task-waits-for-a-verdict"],
});
