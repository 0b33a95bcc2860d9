/**
 * Transactional mode: a connection that was given up in the middle of a transaction is known to the server only later.
 */

import { claim } from "../../src/core/scenario.ts";
import { slowClose } from "../../src/faults/slow_close.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder, slowHandlers } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title:
    "Transactional mode: ends of connections arrive late, and locks outlive their instance, yet each event is processed once",
  story:
    "A handler is slower than the deadline, so its connection is given up in the middle of the transaction. The server hears of it late and goes on holding the claim, while copies of the event arrive elsewhere.",
  subject: dedupe({ mode: "transactional" }),
  plans: {
    strategy: "sample",
    warmUp: oneOrder,
    workload: slowHandlers,
    faults: [slowClose],
    faultsMax: 1,
    onAllRoads: true,
    withinMs: 20,
    windowMs: { min: 430, max: 500 },
    runsMin: 6,
  },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["no-stuck-locks", "claim-and-effect-commit-together"],
});
