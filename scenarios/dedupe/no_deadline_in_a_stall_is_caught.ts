/**
 * Dedupe without a deadline of its own is caught by one message that is late.
 */

import { control } from "../../src/core/scenario.ts";
import { answersInBoundedTime } from "../../src/properties/answers_in_bounded_time.ts";
import { controlTimes, dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";

/** A short deadline, so that waiting for longer than it and the harness's grace does not take long. */
const times = { promises: { ...controlTimes, answersWithinMs: 100 }, options: { deadlineMs: 100 } };

export default control({
  title: "A dedupe that waits for the store without a deadline is caught in a stall",
  story:
    "One message is held on the road for longer than the call may take. The server's own timeouts are of no use to a client that does not hear from it.",
  subject: dedupe({
    name: "dedupe without a deadline",
    mode: "leased",
    ...times,
    module: new URL("../../src/subjects/flawed/no_deadline_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "leased", ...times }),
  flaw: "The store's answer is awaited for as long as it takes",
  names: answersInBoundedTime,
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["stall"], stallMs: 800 },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["answers-in-time"],
});
