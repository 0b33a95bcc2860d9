/**
 * Redis stands still for longer than the lease, and commands that nobody waits for any more are executed afterwards.
 */

import { claim } from "../../src/core/scenario.ts";
import { clientPause } from "../../src/faults/client_pause.ts";
import { redisFrozen } from "../../src/faults/redis_frozen.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { quietThenFire } from "../../src/properties/quiet_then_fire.ts";
import { refusedDidNothing } from "../../src/properties/refused_did_nothing.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { chats } from "../../src/subjects/debouncer_workloads.ts";

export default claim({
  title:
    "Debouncer: Redis stands still beyond the lease, commands arrive after their callers gave up, and each message is in exactly one batch",
  story:
    "The server is stopped by SIGSTOP, or holds all commands back and executes them later (CLIENT PAUSE), for longer than every lease and every deadline: callers give up and come again, and then the commands of before are executed after all.",
  subject: debouncer({ loops: true }),
  plans: {
    strategy: "sample",
    workload: chats(),
    faults: [redisFrozen, clientPause],
    faultsMax: 1,
    withinMs: 60,
    // So long that also the second attempt of most gives up in vain: it could not connect, and is refused.
    windowMs: { min: 470, max: 570 },
    runsMin: 12,
  },
  disturbedBy: "faults",
  properties: [
    eachMessageInOneBatch,
    atMostOnce,
    noneLost,
    quietThenFire,
    refusedDidNothing,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["redis-late-commands"],
});
