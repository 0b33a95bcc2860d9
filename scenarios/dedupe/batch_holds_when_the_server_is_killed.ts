/**
 * Batch mode: the server is killed with kill -9 in a burst, and started again.
 */

import { claim } from "../../src/core/scenario.ts";
import { serverKilled } from "../../src/faults/server_killed.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { bursts, oneOrder } from "../../src/subjects/dedupe_workloads.ts";

export default claim({
  title: "Batch mode: Postgres is killed and restarted in a burst, and nothing is processed twice or lost",
  story:
    "The server and all its processes get a kill -9 and start again on the same data. A kill -9 does not lose what the kernel has: power loss is not tested.",
  subject: dedupe({ mode: "batch" }),
  plans: {
    strategy: "sample",
    warmUp: oneOrder,
    workload: bursts({ withinMs: 250 }),
    faults: [serverKilled],
    faultsMax: 1,
    withinMs: 20,
    windowMs: { min: 150, max: 300 },
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
  proves: ["survives-a-killed-server"],
});
