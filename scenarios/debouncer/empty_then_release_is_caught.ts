/**
 * A debouncer that looks whether more has come, and gives the conversation up in a second step, is caught.
 */

import fc from "fast-check";
import { control } from "../../src/core/scenario.ts";
import { latency } from "../../src/faults/latency.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn } from "../../src/subjects/debouncer_workloads.ts";
import { brisk } from "../../src/subjects/flawed/brisk.ts";
import { lateMessages } from "../../src/subjects/flawed/late_messages.ts";

/** A batch is in flight for five ways over a slow road; what is stuck need not be watched for long. */
const times = { ...brisk, promises: { ...brisk.promises, leaseMs: 2_000, convergesWithinMs: 100 } };

const wayMs = 60;

/** Every message is held for so long, in both directions. */
const stalledRoads = { ...latency, severity: fc.constant({ requestsMs: wayMs, repliesMs: wayMs }) };

export default control({
  title: 'A debouncer that asks "is it empty?" and then releases is caught',
  story:
    "A batch is done and nothing more waits, and the command that gives the conversation up is on a slow road. Meanwhile a message is pushed: it finds the conversation being flushed, and relies on the one who is at it. That one has looked already, so nobody ever comes for the message.",
  subject: debouncer({
    ...times,
    name: "debouncer that looks first and releases then",
    module: new URL("../../src/subjects/flawed/empty_then_release_hosted.ts", import.meta.url),
  }),
  good: debouncer(times),
  flaw: "Whether more waits is asked in one step, and the conversation is given up in the next",
  names: convergesAfterHealing,
  plans: {
    strategy: "sample",
    warmUp: idleTurn,
    // Between the two steps lie two ways; they begin two ways after the acknowledgement, and a push is on its way for one.
    workload: lateMessages({ conversations: 5, afterMs: 2.5 * wayMs, stepMs: wayMs / 2 }),
    faults: [stalledRoads],
    services: ["redis"],
    onAllRoads: true,
    withinMs: 0,
    windowMs: { min: 7.5 * wayMs, max: 7.5 * wayMs },
    runsMin: 5,
  },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["given-up-in-one-step"],
});
