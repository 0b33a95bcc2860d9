/**
 * The timeline of one run as a figure: drawn at once if it is small; else the part around the evidence is drawn, and the
 * whole run is handed to the script in compact columns.
 */

import type { VNode } from "preact";
import type { ShownRun } from "../../core/panel.ts";
import { count } from "../words.tsx";
import { packed } from "./columns.ts";
import { Drawing } from "./drawing.tsx";
import { excerptOf } from "./excerpt.ts";
import { type Scene, sceneOf } from "./scene.ts";

/** Which run, which entries of its history are evidence, and whether the whole of a large one is handed to the script. */
export interface TimelineProps {
  readonly run: ShownRun;
  readonly evidence: readonly number[];
  readonly whole: boolean;
}

/** The timeline of a run. */
export function Timeline({ run, evidence, whole }: TimelineProps): VNode {
  if (run.history[0]?.type !== "run") {
    return <p>The stored history does not begin with what ran: it cannot be drawn.</p>;
  }
  const scene = sceneOf(run, evidence);
  const drawn = excerptOf(scene);
  const large = drawn !== scene;
  const title = `Timeline of ${run.plan.identity}: ${count(scene.bars.length, "operation")}`;
  return (
    <figure class="run" data-timeline={large && whole ? "large" : "small"}>
      <Drawing scene={drawn} title={large ? `${title}, the part around the evidence` : title} />
      {large && whole && (
        <script type="application/octet-stream" data-columns dangerouslySetInnerHTML={{ __html: packed(scene) }} />
      )}
      <figcaption>
        <Legend scene={scene} />
        <HeldUp run={run} />
        {large && (
          <>
            {" "}The picture above is the part around the evidence; the whole run of{" "}
            {count(scene.bars.length, "operation")} is{" "}
            {whole ? "drawn below by a script" : "in its folder, in history.jsonl"}.
          </>
        )}
        {scene.notesLeftOut > 0 && <>{" "}{count(scene.notesLeftOut, "note")} of the instances are left out.</>}
        {scene.ticksLeftOut > 0 && <>{" "}{count(scene.ticksLeftOut, "message")} of the road are left out.</>}
      </figcaption>
    </figure>
  );
}

/** A late answer means less where nobody was awake to see it. */
function HeldUp({ run }: { run: ShownRun }): VNode | null {
  const stalls = run.history.flatMap((entry) => entry.type === "stall" && entry.atMs >= 0 ? entry.forMs : []);
  if (stalls.length === 0) return null;
  const longest = Math.round(stalls.reduce((most, ms) => Math.max(most, ms), 0));
  return <>{" "}The observer itself was held up {count(stalls.length, "time")} meanwhile, for at most {longest} ms.</>;
}

function Legend({ scene }: { scene: Scene }): VNode {
  const has = (kind: string) => scene.marks.some((mark) => mark.kind === kind);
  return (
    <span class="legend">
      <span class="swatch ok" /> ✓ ok: acknowledged · <span class="swatch info" /> ? info: nobody knows ·{" "}
      <span class="swatch fail" /> ✕ fail: certainly did nothing
      {has("effect") && " · ◆ durable effect, at the end of the operation that made it"}
      {has("sink") && " · ● foreign effect"}
      {has("note") && " · ▲ an instance said something"}
      {has("instance") && " · ■ what became of an instance"}
      {has("cut") && " · ┃ connection cut"}
      {scene.bands.length > 0 && " · dashed boxes: disturbed"}
      {scene.ticks.length > 0 && " · small strokes: messages, up above, down below"}
      {" · thick outline: evidence. Time runs to the right and is not to scale: long stretches are shortened."}
    </span>
  );
}
