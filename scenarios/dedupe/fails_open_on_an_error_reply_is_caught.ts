/**
 * Dedupe that lets an event through when the store answers with an error is caught.
 */

import fc from "fast-check";
import { control } from "../../src/core/scenario.ts";
import { slotsUsedUp } from "../../src/faults/slots_used_up.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { handlerWaitsForAVerdict } from "../../src/properties/handler_waits_for_a_verdict.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { steadily } from "../../src/subjects/flawed/steady_sender.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

const workload = fc.constant(steadily({ instances: 3, events: 16, times: 2, everyMs: 10 }));
const endsSessions = { ...slotsUsedUp, severity: fc.constant({ endsSessions: true }) };

/** The twin never converges, and that is not what it is caught by. */
const soonOver = { ...unhurried, promises: { ...unhurried.promises, convergesWithinMs: 400 } };

export default control({
  title: "A dedupe that lets events through when the store has no connection left is caught",
  story:
    "All connection slots of the server are taken, so that the claim is answered with an error. The twin runs the handler without having been told that the event is new: once for each delivery that comes meanwhile.",
  subject: dedupe({
    name: "dedupe that fails open",
    mode: "leased",
    ...soonOver,
    module: new URL("../../src/subjects/flawed/fails_open_hosted.ts", import.meta.url),
    opensAtStart: true,
  }),
  good: dedupe({ mode: "leased", ...soonOver, opensAtStart: true }),
  flaw: "When the claim is answered with an error, the handler runs without a claim",
  names: handlerWaitsForAVerdict,
  also: [atMostOnce],
  plans: { strategy: "sample", workload, faults: [endsSessions], faultsMax: 1, withinMs: 0, runsMin: 5 },
  disturbedBy: "faults",
  lacks: ["fail-closed"],
});
