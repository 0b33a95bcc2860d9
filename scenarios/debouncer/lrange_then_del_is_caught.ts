/**
 * A debouncer that reads what waits and then takes it away is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, threeMessages } from "../../src/subjects/debouncer_workloads.ts";
import { brisk, briskTurn } from "../../src/subjects/flawed/brisk.ts";

export default control({
  title: "A debouncer that reads what waits, then deletes it, is caught",
  story:
    "Three messages wait, and both instances flush them at the same moment. They are let into the gap before the deletion together: both have read the same messages, and both handle them.",
  subject: debouncer({
    name: "debouncer with LRANGE, then DEL",
    ...brisk,
    module: new URL("../../src/subjects/flawed/lrange_then_del_hosted.ts", import.meta.url),
  }),
  good: debouncer(brisk),
  flaw: "What waits is read by one command and taken away by the next",
  names: eachMessageInOneBatch,
  also: [atMostOnce, noneLost],
  plans: {
    strategy: "cuts",
    openedBy: [idleTurn],
    before: threeMessages,
    operation: briskTurn,
    connections: ["open"],
    services: ["redis"],
    disturb: ["barrier"],
  },
  instances: 2,
  disturbedBy: "sender",
  lacks: ["taken-in-one-step"],
});
