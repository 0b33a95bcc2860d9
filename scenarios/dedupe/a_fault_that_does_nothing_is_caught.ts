/**
 * A fault that does nothing must not let anything look proved: its scenario stays unknown.
 */

import { control } from "../../src/core/scenario.ts";
import { doesNothing } from "../../src/faults/does_nothing.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { wasDisturbed } from "../../src/properties/was_disturbed.ts";
import { dedupe } from "../../src/subjects/dedupe.ts";
import { bursts, oneOrder } from "../../src/subjects/dedupe_workloads.ts";

const subject = dedupe({ mode: "transactional" });

export default control({
  title: "A fault that does nothing proves nothing",
  story:
    "Everything works, no fault strikes, and every property is content: that is no proof of anything. A planned fault that is not certain to have struck makes the run void.",
  subject,
  good: subject,
  flaw: "The fault is planned and does nothing",
  names: wasDisturbed,
  also: [atMostOnce],
  expect: "unknown",
  plans: { strategy: "sample", warmUp: oneOrder, workload: bursts(), faults: [doesNothing], runsMin: 2, runsMax: 2 },
  disturbedBy: "faults",
});
