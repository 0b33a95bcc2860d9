/**
 * A debouncer whose late failures count against whoever holds the batch by then is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { handledOrDead } from "../../src/properties/handled_or_dead.ts";
import { controlTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { failedFirstAttempt, idleTurn, oneTurn, said, slowMessage } from "../../src/subjects/debouncer_workloads.ts";

/**
 * The handlers take 500 ms and the job 560: the first attempt's failure comes to be told 1,060 ms after it began. Another instance takes the
 * batch over after 800 and is at work until 1,300: a machine may be late by a fifth of a second either way.
 */
const times = {
  promises: { ...controlTimes, leaseMs: 800, answersWithinMs: 3_000, convergesWithinMs: 4_000 },
  options: { attemptsMax: 2 },
};

const workload = said([
  { op: { ...slowMessage, pauseMs: 500 }, instance: 0, when: { atMs: 0 } },
  { op: failedFirstAttempt, instance: 0, when: { afterMs: 0 } },
  { op: oneTurn, instance: 1, when: { atMs: 700 } },
]);

export default control({
  title: "A debouncer whose failures are told of a batch, and not of its holder, is caught",
  story:
    "A batch has two attempts. The handler of the first one fails, and a job in the background tells it, later than the lease runs: another instance has the batch in hand by then. The job makes it a dead letter, and the one who works on it commits its effect.",
  subject: debouncer({
    ...times,
    name: "debouncer whose batches fail by anybody",
    module: new URL("../../src/subjects/flawed/failed_by_anybody_hosted.ts", import.meta.url),
  }),
  good: debouncer(times),
  flaw: "A failure is told of the batch, whoever holds it meanwhile",
  names: handledOrDead,
  plans: { strategy: "sample", warmUp: idleTurn, workload, faults: [], runsMin: 5 },
  instances: 2,
  disturbedBy: "nothing",
  lacks: ["failure-compares-token"],
});
