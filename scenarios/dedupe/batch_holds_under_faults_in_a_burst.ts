/**
 * Batch mode: faults of the road drawn at random, while the same ids arrive at all instances at the same moment.
 */

import { claim } from "../../src/core/scenario.ts";
import { backendEnded } from "../../src/faults/backend_ended.ts";
import { bandwidth } from "../../src/faults/bandwidth.ts";
import { blackHole } from "../../src/faults/black_hole.ts";
import { jitter } from "../../src/faults/jitter.ts";
import { latency } from "../../src/faults/latency.ts";
import { refused } from "../../src/faults/refused.ts";
import { replyCut } from "../../src/faults/reply_cut.ts";
import { requestCut } from "../../src/faults/request_cut.ts";
import { reset } from "../../src/faults/reset.ts";
import { slicer } from "../../src/faults/slicer.ts";
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
  title: "Batch mode: bursts of the same id at all instances are processed once on a bad road",
  story:
    "Each burst delivers the same event to all instances at the same moment, with a duplicate after the acknowledgement. Meanwhile the road is slow, narrow, in pieces, swallowed, reset, refused or cut; sessions are ended, also while the handler waits for something else and other transactions share the pool.",
  subject: dedupe({ mode: "batch" }),
  plans: {
    strategy: "sample",
    warmUp: oneOrder,
    workload: bursts(),
    faults: [
      latency,
      jitter,
      bandwidth,
      slicer,
      blackHole,
      reset,
      refused,
      requestCut,
      replyCut,
      backendEnded,
    ],
    withinMs: 20,
    windowMs: { min: 160, max: 260 },
    faultsMax: 3,
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
  proves: ["holds-in-bursts"],
});
