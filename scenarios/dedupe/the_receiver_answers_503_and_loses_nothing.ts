/**
 * The HTTP receiver around the dedupe: whichever message is cut, the sender learns that it has to come again.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { handlerWaitsForAVerdict } from "../../src/properties/handler_waits_for_a_verdict.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusalsSayWhen } from "../../src/properties/refusals_say_when.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title: "HTTP receiver: an error is answered 503 with Retry-After, so nothing is lost and nothing processed twice",
  story:
    "Signed requests go through the receiver. Answering an error with 200 stops the double processing and loses the event; answering it with 503 makes the sender try again.",
  subject: dedupe({ mode: "receiver" }),
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut", "barrier"] },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    handlerWaitsForAVerdict,
    convergesAfterHealing,
    refusalsSayWhen,
    answersInBoundedTime,
    processStaysAlive,
    wasDisturbed,
  ],
  proves: ["error-answers-503", "retry-after-is-said", "one-statement-decides", "claim-and-effect-commit-together"],
});
