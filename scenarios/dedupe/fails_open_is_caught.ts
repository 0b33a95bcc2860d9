/**
 * Dedupe that lets an event through when its claim fails on a broken road is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { handlerWaitsForAVerdict } from "../../src/properties/handler_waits_for_a_verdict.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";
import { unhurried } from "../../src/subjects/flawed/unhurried.ts";

export default control({
  title: "A dedupe that lets events through when the road to the store breaks is caught",
  story:
    "The claim's message is cut, so nobody has said whether the event is new. The twin runs the handler all the same, and acknowledges. Nothing remembers that: the next delivery of the event is new, and it is processed twice.",
  subject: dedupe({
    name: "dedupe that fails open",
    mode: "transactional",
    ...unhurried,
    module: new URL("../../src/subjects/flawed/fails_open_hosted.ts", import.meta.url),
  }),
  good: dedupe({ mode: "transactional", ...unhurried }),
  flaw: "When the claim fails, the handler runs without one",
  names: atMostOnce,
  also: [handlerWaitsForAVerdict],
  plans: { strategy: "cuts", operation: oneOrder, connections: ["open"], disturb: ["cut"] },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["fail-closed"],
});
