/**
 * Transactional mode: no single lost, late or simultaneous message makes an event processed twice, lost or stuck.
 */

import { claim } from "../../src/core/scenario.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { handlerWaitsForAVerdict } from "../../src/properties/handler_waits_for_a_verdict.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { dedupe, longerThanAllMs } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title: "Transactional mode: whichever message is cut, stalled or simultaneous, the event is processed once",
  story:
    "The conversation of one delivery with Postgres is cut before, inside and after each of its messages, each is held longer than every timeout, and all instances are let into each gap together. The sender comes again until it is acknowledged, and once more after that.",
  subject: dedupe({ mode: "transactional" }),
  plans: { strategy: "cuts", operation: oneOrder, disturb: ["cut", "barrier", "stall"], stallMs: longerThanAllMs },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    refusedDidNothing,
    handlerWaitsForAVerdict,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: [
    "one-statement-decides",
    "claim-and-effect-commit-together",
    "unknown-commit-is-unknown",
    "unavailable-did-nothing",
    "fail-closed",
    "error-answers-503",
  ],
});
