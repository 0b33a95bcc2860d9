/**
 * Transactional mode: a road that swallows what is sent, for longer than any call may take, holds no call.
 */

import { claim } from "../../src/core/scenario.ts";
import { blackHole } from "../../src/faults/black_hole.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { claimTimes, dedupe } from "../../src/subjects/dedupe.ts";
import { bursts, oneOrder } from "../../src/subjects/dedupe_workloads.ts";

/** A deadline so short that the hole outlasts it, and the harness's grace, by far. */
const deadlineMs = 100;

export default claim({
  title: "Transactional mode: in a black hole that outlasts every deadline, each call is answered in time",
  story:
    "The connection stays open, and whatever is sent on it is lost, for longer than a call may take. No error comes, for there is nobody to send one: a clock of one's own ends the call, and once the road is back all goes on.",
  subject: dedupe({
    name: "dedupe, transactional, short deadline",
    mode: "transactional",
    promises: { ...claimTimes, answersWithinMs: 2 * deadlineMs },
    options: { deadlineMs },
  }),
  plans: {
    strategy: "sample",
    warmUp: oneOrder,
    workload: bursts(),
    faults: [blackHole],
    faultsMax: 1,
    withinMs: 20,
    windowMs: { min: 850, max: 950 },
    runsMin: 5,
  },
  disturbedBy: "faults",
  properties: [
    answersInBoundedTime,
    refusedDidNothing,
    convergesAfterHealing,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["answers-in-time", "nothing-is-left-behind"],
});
