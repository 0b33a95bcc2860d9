/**
 * A black hole between the instances and Redis that outlasts every deadline: no push waits for longer than it may.
 */

import { claim } from "../../src/core/scenario.ts";
import { blackHole } from "../../src/faults/black_hole.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { claimTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { chats } from "../../src/subjects/debouncer_workloads.ts";
import { outlastsDeadlines } from "../../src/subjects/outlasts_deadlines.ts";

/** Short, so that the black hole outlasts the promise and the harness's patience with it. */
const deadlineMs = 120;

export default claim({
  title: "Debouncer: in a black hole that outlasts every deadline, each push is answered in time",
  story:
    "The connections to Redis stay open, and whatever is sent on them is lost, for longer than a call may take. No error comes, for there is nobody to send one: a clock of one's own ends the call, and once the road is back all goes on.",
  subject: debouncer({
    loops: true,
    name: "debouncer, short deadline",
    promises: { ...claimTimes, answersWithinMs: 4 * deadlineMs },
    options: { deadlineMs },
  }),
  plans: { strategy: "sample", workload: chats(), faults: [blackHole], ...outlastsDeadlines },
  disturbedBy: "faults",
  properties: [
    answersInBoundedTime,
    eachMessageInOneBatch,
    noneLost,
    refusedDidNothing,
    convergesAfterHealing,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["redis-answers-in-time", "redis-process-stays-alive", "redis-nothing-left-behind"],
});
