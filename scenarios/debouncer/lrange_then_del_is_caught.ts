/**
 * A debouncer that reads what waits and then takes it away is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { controlTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, oneTurn, threeMessages } from "../../src/subjects/debouncer_workloads.ts";

export default control({
  title: "A debouncer that reads what waits, then deletes it, is caught",
  story:
    "Three messages wait, and both instances flush them at the same moment. They are let into the gap before the deletion together: both have read the same messages, and both handle them.",
  subject: debouncer({
    name: "debouncer with LRANGE, then DEL",
    promises: controlTimes,
    module: new URL("../../src/subjects/flawed/lrange_then_del_hosted.ts", import.meta.url),
  }),
  good: debouncer({ promises: controlTimes }),
  flaw: "What waits is read by one command and taken away by the next",
  names: eachMessageInOneBatch,
  also: [noneLost],
  plans: {
    strategy: "cuts",
    warmUp: idleTurn,
    before: threeMessages,
    operation: oneTurn,
    connections: ["open"],
    services: ["redis"],
    disturb: ["barrier"],
  },
  instances: 2,
  disturbedBy: "sender",
});
