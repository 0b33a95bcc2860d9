/**
 * Faults of the road drawn at random, while the same tasks are handed to all workers at the same moment.
 */

import { claim } from "../../src/core/scenario.ts";
import { bandwidth } from "../../src/faults/bandwidth.ts";
import { blackHole } from "../../src/faults/black_hole.ts";
import { clientKilled } from "../../src/faults/client_killed.ts";
import { clientsKilled } from "../../src/faults/clients_killed.ts";
import { jitter } from "../../src/faults/jitter.ts";
import { latency } from "../../src/faults/latency.ts";
import { refused } from "../../src/faults/refused.ts";
import { replyCut } from "../../src/faults/reply_cut.ts";
import { requestCut } from "../../src/faults/request_cut.ts";
import { reset } from "../../src/faults/reset.ts";
import { slicer } from "../../src/faults/slicer.ts";
import { acknowledgedIsNotBegunAgain } from "../../src/properties/acknowledged_is_not_begun_again.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { oneHolder } from "../../src/properties/one_holder.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { idempotency } from "../../src/subjects/idempotency.ts";
import { oneTask, queue } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title: "Idempotency checker: a task that is handed to all workers at the same moment is done once on a bad road",
  story:
    "Each burst hands the same task to all workers at the same moment, and again after it was acknowledged. Meanwhile the road to Redis is slow, narrow, in pieces, swallowed, reset, refused or cut.",
  subject: idempotency({ sink: "deduplicate" }),
  plans: {
    strategy: "sample",
    warmUp: oneTask,
    workload: queue({ tasks: 6, afterMsMax: 25, pauseMsMax: 15 }),
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
      clientKilled,
      clientsKilled,
    ],
    withinMs: 20,
    windowMs: { min: 160, max: 260 },
    faultsMax: 3,
  },
  disturbedBy: "faults",
  properties: [
    atMostOnce,
    noneLost,
    acknowledgedIsNotBegunAgain,
    noStaleEffect,
    oneHolder,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["task-takeover", "redis-holds-in-bursts"],
});
