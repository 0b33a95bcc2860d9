/**
 * Lease mode, with a receiver that deduplicates by the event's key: the server may end the session at any moment of a delivery.
 */

import { claim } from "../../src/core/scenario.ts";
import { backendsEnded } from "../../src/faults/backends_ended.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { handlerWaitsForAVerdict } from "../../src/properties/handler_waits_for_a_verdict.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title: "Lease mode: the server ends the session at any moment, and the event is still processed once",
  story:
    "At each message of the conversation the server ends all sessions of the instance, while that message is on the road: in the middle of the claim, while the handler waits, just before and just after the commit.",
  subject: dedupe({ mode: "leased", sink: "deduplicate" }),
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: [backendsEnded] },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    noStaleEffect,
    refusedDidNothing,
    handlerWaitsForAVerdict,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["survives-ended-sessions", "lease-takeover", "fail-closed", "process-stays-alive"],
});
