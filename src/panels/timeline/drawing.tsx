/**
 * A small scene as SVG: readable, printable and complete without any script. Every part has its words as a title, and
 * operations, cuts and effects can be reached with the keyboard. A larger run is drawn by `canvas.js`.
 */

import type { VNode } from "preact";
import { markOf } from "../words.tsx";
import type { Band, Bar, Mark, Scene } from "./scene.ts";
import { type Scale, shortenedScale } from "./scale.ts";

const widthPx = 1096;
const gutterPx = 92;
const rightPx = 52;
const axisPx = 40;
const lanePx = 40;
/** A bar is at least this wide, so that it can be seen and hit. */
const barPxMin = 5;
/** What a character of a small label needs, in px. */
const characterPx = 6.4;

interface Sheet {
  readonly scene: Scene;
  x(atMs: number): number;
  /** Top of a lane. */
  y(lane: number): number;
}

/** Draws the scene; `title` names the picture for those who do not see it. */
export function Drawing({ scene, title }: { scene: Scene; title: string }): VNode {
  const scale = shortenedScale(momentsOf(scene), widthPx - gutterPx - rightPx);
  const sheet: Sheet = { scene, x: (atMs) => gutterPx + scale.x(atMs), y: (lane) => axisPx + lane * lanePx };
  const heightPx = axisPx + scene.lanes.length * lanePx + 6;
  return (
    <div class="scroll" tabindex={0} role="group" aria-label={title}>
      <svg class="timeline" width={widthPx} height={heightPx} viewBox={`0 0 ${widthPx} ${heightPx}`} role="group">
        <title>{title}</title>
        <Lanes sheet={sheet} />
        <Axis sheet={sheet} scale={scale} />
        {scene.bands.map((band) => <BandShape sheet={sheet} band={band} />)}
        {scene.ticks.map((tick) => (
          <path class="tick" d={`M${round(sheet.x(tick.atMs))} ${sheet.y(tick.lane) + (tick.up ? 6 : 21)}v7`}>
            <title>{`${ms(tick.atMs)}: ${tick.words}`}</title>
          </path>
        ))}
        <Bars sheet={sheet} />
        {scene.marks.map((mark, index) => (
          <MarkShape sheet={sheet} mark={mark} shiftPx={sameSpot(scene.marks, index) * 11} />
        ))}
      </svg>
    </div>
  );
}

function Lanes({ sheet: { scene, y } }: { sheet: Sheet }): VNode {
  return (
    <g aria-hidden="true">
      {scene.lanes.map((lane, index) => (
        <g class={`lane ${lane.kind}`}>
          <rect x={0} y={y(index)} width={widthPx} height={lanePx} />
          <text x={10} y={y(index) + 25}>{lane.label}</text>
        </g>
      ))}
    </g>
  );
}

function Axis({ sheet: { scene, x }, scale }: { sheet: Sheet; scale: Scale }): VNode {
  let free = -Infinity;
  const labels = momentsOf(scene).sort((a, b) => a - b).filter((atMs) => {
    const at = x(atMs);
    if (at < free) return false;
    free = at + 9 + ms(atMs).length * characterPx;
    return true;
  });
  const bottom = axisPx + scene.lanes.length * lanePx;
  return (
    <g class="axis" aria-hidden="true">
      {scale.pauses.map((pause) => {
        const [from, to] = [x(pause.fromMs), x(pause.toMs)];
        const busy = scene.bars.some((bar) => bar.fromMs <= pause.fromMs && bar.toMs >= pause.toMs);
        if (busy || to - from < 70) return null;
        return (
          <g class="pause">
            <rect x={round(from)} y={axisPx} width={round(to - from)} height={bottom - axisPx} />
            <text x={round((from + to) / 2)} y={14}>{`⋯ ${Math.round(pause.toMs - pause.fromMs)} ms ⋯`}</text>
          </g>
        );
      })}
      {labels.map((atMs) => (
        <g>
          <path d={`M${round(x(atMs))} ${axisPx - 6}V${bottom}`} />
          <text x={round(x(atMs))} y={axisPx - 10}>{ms(atMs)}</text>
        </g>
      ))}
    </g>
  );
}

function BandShape({ sheet: { scene, x, y }, band }: { sheet: Sheet; band: Band }): VNode {
  const first = scene.lanes.findIndex((lane) => lane.kind === "instance");
  const [top, lanes] = band.lane === "all" ? [Math.max(0, first), scene.lanes.length - first] : [band.lane, 1];
  const words = `${ms(band.fromMs)} to ${ms(band.toMs)}: ${band.words}`;
  const wide = Math.max(barPxMin, x(band.toMs) - x(band.fromMs));
  return (
    <g class="band" tabindex={0} role="img" aria-label={words}>
      <title>{words}</title>
      <rect x={round(x(band.fromMs))} y={y(top) + 1} width={round(wide)} height={lanes * lanePx - 2} />
      <text x={round(x(band.fromMs)) + 4} y={y(top) + 12}>{band.label}</text>
    </g>
  );
}

function Bars({ sheet }: { sheet: Sheet }): VNode {
  const free = new Map<number, number>();
  const instanceLane = (bar: Bar) => sheet.scene.lanes.findIndex((lane) => lane.label === `instance ${bar.instance}`);
  return (
    <g>
      {sheet.scene.bars.map((bar) => {
        const [from, to] = [sheet.x(bar.fromMs), sheet.x(bar.toMs)];
        const wide = round(Math.max(barPxMin, to - from));
        const label = `${markOf(bar.outcome)} ${bar.id}`;
        const fits = from >= (free.get(bar.lane) ?? 0);
        if (fits) free.set(bar.lane, from + label.length * characterPx + 4);
        const y = sheet.y(bar.lane);
        const words =
          `${bar.id} of ${bar.key}, client ${bar.process} asks instance ${bar.instance}, ${ms(bar.fromMs)} to ` +
          `${ms(bar.toMs)}: ${bar.outcome}${bar.said === "" ? "" : `: ${bar.said}`}${
            bar.evidence ? " (evidence)" : ""
          }`;
        const road = instanceLane(bar);
        return (
          <g
            class={`bar ${bar.outcome}${bar.evidence ? " evidence" : ""}`}
            tabindex={0}
            role="img"
            aria-label={words}
            data-process={bar.process}
            data-key={bar.key}
            data-outcome={bar.outcome}
          >
            <title>{words}</title>
            <rect x={round(from)} y={y + 17} width={wide} height={15} rx={2} />
            {fits && <text x={round(from)} y={y + 13}>{label}</text>}
            {road >= 0 && <rect class="road" x={round(from)} y={sheet.y(road) + 15} width={wide} height={4} />}
          </g>
        );
      })}
    </g>
  );
}

function MarkShape({ sheet, mark, shiftPx }: { sheet: Sheet; mark: Mark; shiftPx: number }): VNode {
  const x = round(sheet.x(mark.atMs)) + shiftPx;
  const y = sheet.y(mark.lane);
  const words = `${ms(mark.atMs)}: ${mark.words}${mark.evidence ? " (evidence)" : ""}`;
  return (
    <g
      class={`mark ${mark.kind}${mark.evidence ? " evidence" : ""}`}
      tabindex={0}
      role="img"
      aria-label={words}
      data-key={mark.key}
    >
      <title>{words}</title>
      <path d={shapes[mark.kind](x, y)} />
      {mark.kind === "cut" && <text x={x + 7} y={y + 12}>✂ cut</text>}
    </g>
  );
}

/** A diamond, a circle, a line across the lane, a corner, a square: told apart by shape, not by colour. */
const shapes: Record<Mark["kind"], (x: number, y: number) => string> = {
  effect: (x, y) => `M${x} ${y + 16}l8.5 8.5l-8.5 8.5l-8.5 -8.5z`,
  sink: (x, y) => `M${x - 6} ${y + 24.5}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z`,
  cut: (x, y) => `M${x - 1.5} ${y + 2}h3v${lanePx - 4}h-3z`,
  note: (x, y) => `M${x} ${y + 22}l5 9h-10z`,
  instance: (x, y) => `M${x - 4} ${y + 23}h8v8h-8z`,
};

/** How many earlier marks of the same lane stand at the same moment. */
function sameSpot(marks: readonly Mark[], index: number): number {
  const { lane, atMs } = marks[index]!;
  return marks.slice(0, index).filter((other) => other.lane === lane && Math.abs(other.atMs - atMs) < 0.001).length;
}

/** All moments that must stay apart on the axis. */
function momentsOf(scene: Scene): number[] {
  return [
    scene.fromMs,
    scene.toMs,
    ...scene.bars.flatMap((bar) => [bar.fromMs, bar.toMs]),
    ...scene.bands.flatMap((band) => [band.fromMs, band.toMs]),
    ...scene.marks.map((mark) => mark.atMs),
  ];
}

function ms(atMs: number): string {
  return `${Number(atMs.toFixed(Math.abs(atMs) < 10 ? 1 : 0))} ms`;
}

function round(px: number): number {
  return Math.round(px * 10) / 10;
}
