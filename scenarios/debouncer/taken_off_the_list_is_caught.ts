/**
 * A debouncer that takes discarded dead letters off the list, and keeps them, is caught.
 */

import { control } from "../../src/core/scenario.ts";
import { deadLettersKept } from "../../src/properties/dead_letters_kept.ts";
import { controlTimes, debouncer } from "../../src/subjects/debouncer.ts";
import { idleTurn, oneReview, oneTurn, said } from "../../src/subjects/debouncer_workloads.ts";

const times = { promises: controlTimes, options: { attemptsMax: 1 } };

const workload = said([
  { op: { key: "c1/m1", do: "push", plant: "poison" }, instance: 0, when: { atMs: 0 } },
  { op: oneTurn, instance: 1, when: { afterMs: 0 } },
  { op: oneReview, instance: 0, when: { afterMs: 0 } },
]);

export default control({
  title: "A debouncer whose discarded dead letters are only not listed any more is caught",
  story:
    "Every handler fails at a message, and it becomes a dead letter. Somebody looks through them and discards it, and is told that it is gone. It lies there as before, where nobody sees it.",
  subject: debouncer({
    ...times,
    name: "debouncer that takes dead letters off the list",
    module: new URL("../../src/subjects/flawed/taken_off_the_list_hosted.ts", import.meta.url),
  }),
  good: debouncer(times),
  flaw: "Discarding a dead letter takes it off the list, and does not delete it",
  names: deadLettersKept,
  plans: { strategy: "sample", warmUp: idleTurn, workload, faults: [], runsMin: 5 },
  instances: 2,
  disturbedBy: "nothing",
  lacks: ["dead-letters-kept"],
});
