/**
 * What disturbed a run, as parts of its picture: windows become bands behind the lanes of instances, cuts become marks.
 * A disturbance that was planned and never struck is drawn too, and says so.
 */

import { describePlace } from "../../core/place.ts";
import type { DisturbanceView, View } from "../../core/view.ts";
import type { Band, Mark } from "./scene.ts";

/** Bands of all disturbances but cuts; one that is not known to be over lasts until `endMs`. */
export function disturbanceBands(seen: View, laneOf: (instance: number) => number, endMs: number): Band[] {
  return [...seen.disturbances.values()].filter((disturbance) => disturbance.fault !== "cut").map((disturbance) => ({
    lane: disturbance.instance === "all" ? "all" : laneOf(disturbance.instance),
    fromMs: beginOf(disturbance),
    toMs: disturbance.healedAtMs ?? endMs,
    label: `${disturbance.fault.replaceAll("_", " ")}${disturbance.confirmed ? "" : " (unconfirmed)"}`,
    words: inWords(disturbance),
  }));
}

/** Cuts, at the moment at which they struck; where one never struck, where it was armed. */
export function disturbanceMarks(seen: View, laneOf: (instance: number) => number, proof: ReadonlySet<number>): Mark[] {
  return [...seen.disturbances.values()].filter((disturbance) => disturbance.fault === "cut").map((disturbance) => ({
    lane: laneOf(disturbance.instance === "all" ? 0 : disturbance.instance),
    atMs: disturbance.struckAtMs ?? beginOf(disturbance),
    kind: "cut",
    operation: "",
    key: "",
    words: inWords(disturbance),
    evidence: disturbance.entries.some((entry) => proof.has(entry.index)),
  }));
}

function beginOf(disturbance: DisturbanceView): number {
  return disturbance.injectedAtMs ?? disturbance.struckAtMs ?? disturbance.entries[0]?.atMs ?? 0;
}

function inWords(disturbance: DisturbanceView): string {
  const { id, fault, instance, confirmed, evidence } = disturbance;
  const place = disturbance.entries.find((entry) => entry.place !== undefined)?.place;
  const whose = instance === "all" ? "all instances" : `instance ${instance}`;
  const where = place ? ` at ${describePlace(place)}` : "";
  const shown = evidence ? `: ${evidence}` : "";
  return `${fault.replaceAll("_", " ")} (${id}), ${whose}${where}, ${confirmed ? "struck" : "did not strike"}${shown}`;
}
