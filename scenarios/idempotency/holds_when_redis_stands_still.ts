/**
 * Redis stands still for longer than the lease, and what nobody waits for any more is executed afterwards.
 */

import { claim } from "../../src/core/scenario.ts";
import { clientPause } from "../../src/faults/client_pause.ts";
import { redisFrozen } from "../../src/faults/redis_frozen.ts";
import { acknowledgedIsNotBegunAgain } from "../../src/properties/acknowledged_is_not_begun_again.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noStaleEffect } from "../../src/properties/no_stale_effect.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { oneHolder } from "../../src/properties/one_holder.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { idempotency } from "../../src/subjects/idempotency.ts";
import { bursts, oneTask } from "../../src/subjects/idempotency_workloads.ts";

export default claim({
  title:
    "Idempotency checker: Redis stands still beyond the lease, and no late claim or completion harms a later holder",
  story:
    "The server is stopped by SIGSTOP, or holds all commands back and executes them later (CLIENT PAUSE), for longer than every deadline and the lease. Workers give up and come again, and then the claims, completions and releases of before are executed after all. The receiver only fences: what it accepts of an earlier holder after a later one would be seen.",
  subject: idempotency({ name: "idempotency checker, fencing sink", sink: "fence" }),
  plans: {
    strategy: "sample",
    warmUp: oneTask,
    workload: bursts({ withinMs: 80, pauseMsMax: 60 }),
    faults: [redisFrozen, clientPause],
    faultsMax: 1,
    withinMs: 60,
    windowMs: { min: 350, max: 450 },
    runsMin: 10,
  },
  disturbedBy: "faults",
  properties: [
    noStaleEffect,
    oneHolder,
    noneLost,
    acknowledgedIsNotBegunAgain,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["redis-late-commands"],
});
