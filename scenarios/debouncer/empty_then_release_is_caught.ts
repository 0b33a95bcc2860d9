/**
 * A debouncer that looks whether more has come, and gives the conversation up in a second step, is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { claimTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, laterMessage, oneMessage, oneTurn } from "../../src/subjects/debouncer_workloads.ts";

/** While a message is held, a call gives up, two more steps follow, and a message is pushed. The lease outlasts all that. */
const times = {
  promises: { ...claimTimes, answersWithinMs: 480, leaseMs: 700, convergesWithinMs: 200 },
  options: { deadlineMs: 120 },
};

export default control({
  title: 'A debouncer that asks "is it empty?" and then releases is caught',
  story:
    "A batch is done, nothing more waits, and the command that gives the conversation up is late. Meanwhile a message is pushed: it finds the conversation being flushed, and relies on the one who is at it. That one has looked already, so nobody ever comes for the message.",
  subject: debouncer({
    ...times,
    name: "debouncer that looks first and releases then",
    module: new URL("../../src/subjects/flawed/empty_then_release_hosted.ts", import.meta.url),
  }),
  good: debouncer(times),
  flaw: "Whether more waits is asked in one step, and the conversation is given up in the next",
  names: convergesAfterHealing,
  plans: {
    strategy: "cuts",
    warmUp: idleTurn,
    before: [oneMessage],
    operation: oneTurn,
    after: [laterMessage, oneTurn],
    connections: ["open"],
    services: ["redis"],
    disturb: ["stall"],
    stallMs: 450,
  },
  instances: 2,
  disturbedBy: "faults",
});
