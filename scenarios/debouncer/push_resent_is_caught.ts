/**
 * A debouncer whose driver sends a push again by itself is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { eachMessageInOneBatch } from "../../src/properties/each_message_in_one_batch.ts";
import { debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, oneMessage } from "../../src/subjects/debouncer_workloads.ts";
import { brisk, briskTurn } from "../../src/subjects/flawed/brisk.ts";

export default control({
  title: "A debouncer that pushes over a client that resends is caught",
  story:
    "A push is executed and its reply is lost. The driver reconnects and sends it again, as it does by default; the message is added once more, the call resolves, and nobody has seen an error.",
  subject: debouncer({
    name: "debouncer that pushes over a client that resends",
    ...brisk,
    module: new URL("../../src/subjects/flawed/push_resent_hosted.ts", import.meta.url),
  }),
  good: debouncer(brisk),
  flaw: "A push that adds whatever comes is sent by a driver that sends again what was not answered",
  names: eachMessageInOneBatch,
  also: [atMostOnce],
  plans: {
    strategy: "cuts",
    openedBy: [idleTurn],
    operation: oneMessage,
    after: [briskTurn],
    connections: ["open"],
    services: ["redis"],
    disturb: ["cut"],
  },
  instances: 2,
  disturbedBy: "faults",
  lacks: ["message-accepted-once"],
});
