/**
 * Who has claimed an event and stands still, or works on a statement without end, keeps it from the others for a moment only.
 */

import fc from "fast-check";
import { claim } from "../../src/core/scenario.ts";
import { atMostOnce } from "../../src/properties/at_most_once.ts";
import { convergesAfterHealing } from "../../src/properties/converges_after_healing.ts";
import { noneLost } from "../../src/properties/none_lost.ts";
import { claimTimes, dedupe } from "../../src/subjects/dedupe.ts";
import { oneOrder } from "../../src/subjects/dedupe_workloads.ts";

const stopped = { key: "e1", body: '{"handler":"blocks"}' };
const lingering = { key: "e2", body: '{"handler":"lingers"}' };

const soundInstance = 1;

/** The copies arrive at the sound instance when the events are claimed elsewhere, and it is there that all of them end. */
const workload = fc.constant([
  { id: "d1", op: stopped, starts: { atMs: 0 }, route: [0, soundInstance, soundInstance], resendAfterMs: [20] },
  { id: "d2", op: lingering, starts: { atMs: 0 }, route: [2, soundInstance, soundInstance], resendAfterMs: [20] },
  { id: "d3", op: stopped, starts: { atMs: 60 }, route: [soundInstance], resendAfterMs: [20] },
  { id: "d4", op: lingering, starts: { atMs: 60 }, route: [soundInstance], resendAfterMs: [20] },
]);

export default claim({
  title: "Transactional mode: a process that stands still, or a statement without end, holds no event for ever",
  story:
    "A process stops for seconds between its claim and its COMMIT; its connection stays open, and nobody is told. Another one sends a statement that takes as long, and gives up: the server goes on with it. Only the server can end these transactions and give the events free, and it does so soon.",
  subject: dedupe({
    name: "dedupe, transactional, held for too long",
    mode: "transactional",
    promises: { ...claimTimes, convergesWithinMs: 1_500 },
    options: { soundInstance },
    module: new URL("../../src/subjects/dedupe_careless_hosted.ts", import.meta.url),
  }),
  plans: { strategy: "sample", warmUp: oneOrder, workload, faults: [], runsMin: 2 },
  disturbedBy: "sender",
  properties: [convergesAfterHealing, atMostOnce, noneLost],
  proves: ["no-stuck-locks"],
});
