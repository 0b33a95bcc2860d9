/**
 * A large scene as columns of whole numbers, so that 100,000 operations fit into a report: times in hundredths of a
 * millisecond as differences, names by number; as JSON, deflated, in base64. `unpack.js` reads it; both change together.
 */

import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import type { Mark, Scene } from "./scene.ts";

/** Whole units of time in a millisecond. */
const unitsPerMs = 100;
/** Order in which outcomes are numbered; the same in `canvas.js`. */
const outcomes = ["ok", "info", "fail", "open"] as const;
const markKinds = ["effect", "sink", "cut", "note", "instance"] as const;

/** Text that can stand in a script element of any type: it holds letters, digits, `+`, `/` and `=` only. */
export function packed(scene: Scene): string {
  const names = new Names();
  const bars = [...scene.bars].sort((a, b) => a.fromMs - b.fromMs);
  // With 100,000 operations their effects would be half of the report: they become a number at the operation.
  const known = new Set(bars.map((bar) => bar.id));
  const counted = (mark: Mark) => mark.kind === "effect" && !mark.evidence && known.has(mark.operation);
  const effects = Map.groupBy(scene.marks.filter(counted), (mark) => mark.operation);
  const marks = scene.marks.filter((mark) => !counted(mark)).sort((a, b) => a.atMs - b.atMs);
  const ids = bars.map((bar) => /^([a-z]+)(\d+)\.(\d+)$/.exec(bar.id) ?? [bar.id, bar.id, "0", ""]);
  const columns = {
    lanes: scene.lanes.map((lane) => [lane.label, lane.kind]),
    bars: {
      lane: bars.map((bar) => bar.lane),
      from: differences(bars.map((bar) => units(bar.fromMs))),
      length: bars.map((bar) => units(bar.toMs) - units(bar.fromMs)),
      outcome: bars.map((bar) => outcomes.indexOf(bar.outcome)).join(""),
      // `d12.1` as `d`, 12, `1`; an id of another shape as itself, 0 and nothing.
      prefix: ids.map(([, prefix]) => names.of(prefix!)),
      number: differences(ids.map(([, , number]) => Number(number))),
      send: ids.map(([, , , send]) => send).join(" "),
      key: differences(bars.map((bar) => names.of(bar.key))),
      effects: bars.map((bar) => Math.min(9, effects.get(bar.id)?.length ?? 0)).join(""),
      instance: bars.map((bar) => bar.instance),
      said: bars.map((bar) => names.of(bar.said)),
      evidence: bars.flatMap((bar, index) => bar.evidence ? [index] : []),
    },
    marks: {
      lane: marks.map((mark) => mark.lane),
      at: differences(marks.map((mark) => units(mark.atMs))),
      kind: marks.map((mark) => markKinds.indexOf(mark.kind)).join(""),
      key: marks.map((mark) => names.of(mark.key)),
      words: marks.map((mark) => names.of(mark.words)),
      evidence: marks.flatMap((mark, index) => mark.evidence ? [index] : []),
    },
    bands: scene.bands.map((band) => [
      band.lane === "all" ? -1 : band.lane,
      units(band.fromMs),
      units(band.toMs),
      band.label,
      band.words,
    ]),
    ticks: {
      lane: scene.ticks.map((tick) => tick.lane),
      at: differences(scene.ticks.map((tick) => units(tick.atMs))),
      up: scene.ticks.map((tick) => Number(tick.up)).join(""),
      words: scene.ticks.map((tick) => names.of(tick.words)),
    },
    fromMs: scene.fromMs,
    toMs: scene.toMs,
    names: names.all,
  };
  return deflateRawSync(Buffer.from(JSON.stringify(columns)), { level: 9 }).toString("base64");
}

/** Every text once; the first is the empty one. */
class Names {
  readonly all: string[] = [""];
  readonly #numbers = new Map<string, number>([["", 0]]);

  of(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}

function units(ms: number): number {
  return Math.round(ms * unitsPerMs);
}

function differences(values: readonly number[]): number[] {
  return values.map((value, index) => index === 0 ? value : value - values[index - 1]!);
}
