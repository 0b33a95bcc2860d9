/**
 * Dedupe without a deadline of its own is caught by a road that swallows what is sent.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Fault } from "../../src/core/fault.ts";
import { control } from "../../src/core/scenario.ts";
import { blackHole, type BlackHoleSeverity } from "../../src/faults/black_hole.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { controlTimes, dedupe } from "../../src/subjects/dedupe.ts";
import { steadily } from "../../src/subjects/flawed/steady_sender.ts";

/** A short deadline, so that waiting for longer than it and the harness's grace does not take long. */
const times = {
  promises: { ...controlTimes, answersWithinMs: 100 },
  options: { deadlineMs: 100 },
  opensAtStart: true,
};

/** The windows that are drawn are shorter than promise and grace together; a silence is evidence only if it is longer. */
const silenceMs = 700;

const longBlackHole: Fault<BlackHoleSeverity> = {
  ...blackHole,
  severity: fc.constant({ swallows: "everything" }),
  async inject(target, severity) {
    const hole = await blackHole.inject(target, severity);
    return {
      async evidence() {
        await pause(silenceMs, undefined, { signal: target.signal });
        return await hole.evidence();
      },
      [Symbol.asyncDispose]: () => hole[Symbol.asyncDispose](),
    };
  },
};

export default control({
  title: "A dedupe that waits for the store without a deadline is caught in a black hole",
  story:
    "The connection stays open, and whatever is sent on it is lost. No error comes, for there is nobody to send one: only a clock of one's own ends the call.",
  subject: dedupe({
    name: "dedupe without a deadline",
    mode: "transactional",
    ...times,
    module: new URL("../../src/subjects/flawed/no_deadline_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...times }),
  flaw: "The store's answer is awaited for as long as it takes",
  names: answersInBoundedTime,
  plans: {
    strategy: "sample",
    workload: fc.constant(steadily({ instances: 1, events: 20, times: 1, everyMs: 12 })),
    faults: [longBlackHole],
    faultsMax: 1,
    withinMs: 0,
    runsMin: 5,
  },
  instances: 1,
  disturbedBy: "faults",
  lacks: ["answers-in-time"],
});
