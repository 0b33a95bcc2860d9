/**
 * Redis stands still for longer than every deadline, and calls that nobody waits for any more are counted afterwards.
 */

import { claim } from "../../src/core/scenario.ts";
import { clientPause } from "../../src/faults/client_pause.ts";
import { redisFrozen } from "../../src/faults/redis_frozen.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { limitNeverExceeded } from "../../src/properties/limit_never_exceeded.ts";
import { nothingLeaked } from "../../src/properties/nothing_leaked.ts";
import { processStaysAlive } from "../../src/properties/process_stays_alive.ts";
import { unavailableIsNotRefused } from "../../src/properties/unavailable_is_not_refused.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { limiter, slidingTimes } from "../../src/subjects/limiter.ts";
import { bursts, oneCall } from "../../src/subjects/limiter_workloads.ts";

export default claim({
  title:
    "Rate limiter: Redis stands still, calls are counted after their callers gave up, and no window holds more than the limit",
  story:
    "The server is stopped by SIGSTOP, or holds all commands back and executes them later (CLIENT PAUSE), for longer than every deadline and two windows. Clients are told 503 in time and come again, and then the calls of before are counted after all.",
  subject: limiter({ promises: slidingTimes }),
  plans: {
    strategy: "sample",
    warmUp: oneCall,
    workload: bursts(),
    faults: [redisFrozen, clientPause],
    faultsMax: 1,
    withinMs: 60,
    windowMs: { min: 420, max: 500 },
    runsMin: 12,
  },
  disturbedBy: "faults",
  properties: [
    limitNeverExceeded,
    unavailableIsNotRefused,
    convergesAfterHealing,
    answersInBoundedTime,
    processStaysAlive,
    nothingLeaked,
    wasDisturbed,
  ],
  proves: ["redis-late-commands"],
});
