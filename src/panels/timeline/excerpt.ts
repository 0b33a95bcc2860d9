/**
 * The part of a scene that shows the violation, small enough to be drawn without a script: operations of the keys that
 * the evidence is about, with what disturbed their instances meanwhile.
 */

import type { Bar, Mark, Scene } from "./scene.ts";

/** Operations of a scene that is drawn whole. */
export const barsMax = 150;
/** Marks of a picture that is drawn without a script: a subject may say something a hundred thousand times. */
export const marksMax = 600;
/** Operations of an excerpt. */
const excerptBarsMax = 40;

/** The scene itself if it is small, else its part around the evidence. Lanes in which nothing is left are dropped. */
export function excerptOf(scene: Scene): Scene {
  if (scene.bars.length <= barsMax) {
    return scene.marks.length <= marksMax ? scene : { ...scene, marks: thinned(scene.marks) };
  }
  const keys = new Set<string>();
  for (const thing of [...scene.bars, ...scene.marks]) if (thing.evidence && thing.key !== "") keys.add(thing.key);
  const related = scene.bars.filter((bar) => keys.has(bar.key));
  const bars = nearest(related.length > 0 ? related : scene.bars.slice(0, excerptBarsMax));
  const fromMs = Math.min(...bars.map((bar) => bar.fromMs));
  const toMs = Math.max(...bars.map((bar) => bar.toMs));
  const instances = new Set(bars.map((bar) => `instance ${bar.instance}`));
  const kept = new Set(bars.map((bar) => bar.lane));
  scene.lanes.forEach((lane, index) => instances.has(lane.label) && kept.add(index));
  const order = [...kept].sort((a, b) => a - b);
  const moved = new Map(order.map((lane, index) => [lane, index]));
  const during = (thing: { lane: number; atMs: number }) =>
    moved.has(thing.lane) && thing.atMs >= fromMs && thing.atMs <= toMs;
  const onBars = new Set(bars.map((bar) => bar.key));
  const move = <T extends { readonly lane: number }>(thing: T): T => ({ ...thing, lane: moved.get(thing.lane)! });
  return {
    lanes: order.map((lane) => scene.lanes[lane]!),
    bars: bars.map(move),
    bands: scene.bands.flatMap((band) => {
      if (band.toMs < fromMs || band.fromMs > toMs || (band.lane !== "all" && !moved.has(band.lane))) return [];
      const lane = band.lane === "all" ? band.lane : moved.get(band.lane)!;
      return [{ ...band, lane, fromMs: Math.max(fromMs, band.fromMs), toMs: Math.min(toMs, band.toMs) }];
    }),
    marks: thinned(scene.marks.filter((mark) => during(mark) && (mark.key === "" || onBars.has(mark.key))).map(move)),
    ticks: [],
    ticksLeftOut: 0,
    notesLeftOut: 0,
    fromMs,
    toMs,
  };
}

/** Evidence first, then the earliest; in the order of time. */
function nearest(bars: readonly Bar[]): Bar[] {
  const chosen = [...bars].sort((a, b) => Number(b.evidence) - Number(a.evidence) || a.fromMs - b.fromMs);
  return chosen.slice(0, excerptBarsMax).sort((a, b) => a.fromMs - b.fromMs);
}

/** Evidence first, then what is no note, then the earliest; in the order of time. */
function thinned(marks: readonly Mark[]): readonly Mark[] {
  if (marks.length <= marksMax) return marks;
  const rank = (mark: Mark) => mark.evidence ? 0 : mark.kind === "note" ? 2 : 1;
  const chosen = [...marks].sort((a, b) => rank(a) - rank(b) || a.atMs - b.atMs);
  return chosen.slice(0, marksMax).sort((a, b) => a.atMs - b.atMs);
}
