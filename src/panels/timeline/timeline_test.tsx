/**
 * The timeline from a history to its picture: scene, scale, excerpt, columns. How it behaves in a browser is tested in
 * `testing/report_in_browser_test.ts`.
 */

import assert from "node:assert/strict";
import { inflateRawSync } from "node:zlib";
import { Buffer } from "node:buffer";
import { renderToString } from "preact-render-to-string";
import { crowdedRun, doubledEvidence, doubledRun } from "../../testing/made_run.ts";
import { hostileText } from "../../testing/made_session.ts";
import { packed } from "./columns.ts";
import { barsMax, excerptOf, marksMax } from "./excerpt.ts";
import { Timeline } from "./figure.tsx";
import { shortenedScale } from "./scale.ts";
import { sceneOf } from "./scene.ts";

Deno.test("a scene has a lane for each client and instance, and marks what is evidence", () => {
  const run = doubledRun("e1");
  const scene = sceneOf(run, doubledEvidence(run));
  const names = ["client 0", "client 1", "client 2", "instance 0", "instance 1", "instance 2"];
  assert.deepEqual(scene.lanes.map(({ label }) => label), names);
  assert.deepEqual(scene.bars.map(({ id, outcome }) => [id, outcome]), [["w0.1", "ok"], ["d1.1", "info"], [
    "d1.2",
    "ok",
  ]]);
  const proof = scene.marks.filter((mark) => mark.evidence);
  assert.deepEqual(proof.map(({ kind, operation, lane }) => [kind, operation, lane]), [
    ["effect", "d1.1", 1],
    ["effect", "d1.2", 2],
  ]);
  const [cut] = scene.marks.filter((mark) => mark.kind === "cut");
  assert.equal(cut!.atMs, 3.2);
});

Deno.test("an operation that never settled is drawn as open, to the end", () => {
  const run = doubledRun("e1");
  const history = run.history.filter((entry) => entry.type !== "info");
  const bar = sceneOf({ ...run, history }, []).bars.find(({ id }) => id === "d1.1")!;
  assert.deepEqual([bar.outcome, bar.toMs], ["open", 108.9]);
});

Deno.test("the shortened scale keeps the order of events, gives each gap some width, and names long pauses", () => {
  const scale = shortenedScale([0, 1, 1.001, 1000, 1001], 500);
  const at = [0, 1, 1.001, 1000, 1001].map((ms) => scale.x(ms));
  assert.deepEqual([at[0], at.at(-1)], [0, 500]);
  for (let n = 1; n < at.length; n++) assert.ok(at[n]! - at[n - 1]! > 5, `${at[n - 1]} to ${at[n]}`);
  assert.deepEqual(scale.pauses, [{ fromMs: 1.001, toMs: 1000 }]);
  assert.equal(shortenedScale([7], 500).x(7), 500);
});

Deno.test("a small run is drawn as it is; of a large one the part around the evidence", () => {
  const run = crowdedRun(2000);
  const evidence = run.history.flatMap((entry, n) => entry.type === "effect" && entry.key === "order-38" ? [n] : []);
  const scene = sceneOf(run, evidence);
  const excerpt = excerptOf(scene);
  assert.deepEqual(excerpt.bars.map(({ key }) => key), ["order-38", "order-38"]);
  assert.equal(excerpt.marks.filter((mark) => mark.evidence).length, 2);
  for (const { lane } of [...excerpt.bars, ...excerpt.marks]) assert.ok(excerpt.lanes[lane], `lane ${lane}`);
  const small = sceneOf(crowdedRun(barsMax), []);
  assert.equal(excerptOf(small), small);
});

Deno.test("a timeline says everything in words as well: operations, cuts and effects can be reached with the keyboard", () => {
  const run = doubledRun(hostileText);
  const html = renderToString(<Timeline run={run} evidence={doubledEvidence(run)} whole />);
  assert.ok(!html.includes("<img") && !html.includes("<script"));
  assert.match(html, /tabindex="0"[^>]*aria-label="d1\.1 of [^"]*: info: write CONNECTION_CLOSED"/);
  assert.match(html, /aria-label="3\.2 ms: cut \(c1\), instance 0 at postgres#0 down ReadyForQuery\[2\] @0, struck/);
  assert.match(html, /data-timeline="small"/);
});

Deno.test("a subject that says something a hundred thousand times has a picture as well, and what is left out is counted", () => {
  const run = crowdedRun(20);
  const endMs = run.history.at(-1)!.atMs;
  const note = { type: "note", instance: 0, kind: "again" } as const;
  const notes = Array.from({ length: 100_000 }, (_, n) => ({ ...note, atMs: endMs * n / 100_000 }));
  const flooded = { ...run, history: [...run.history.slice(0, -1), ...notes, run.history.at(-1)!] };
  const scene = sceneOf(flooded, []);
  assert.equal(scene.notesLeftOut, 80_000);
  assert.equal(excerptOf(scene).marks.length, marksMax);
  assert.equal(excerptOf(scene).bars.length, 20);
  const html = renderToString(<Timeline run={flooded} evidence={[]} whole={false} />);
  assert.match(html, /80,000 notes of the instances are left out/);
  assert.ok(html.length < 1_000_000, `${html.length} characters`);
});

Deno.test("columns hold every operation of a large run, and nothing is lost on the way", () => {
  const scene = sceneOf(crowdedRun(3000), []);
  const columns = JSON.parse(inflateRawSync(Buffer.from(packed(scene), "base64")).toString());
  const { bars } = columns;
  assert.equal(bars.lane.length, 3000);
  assert.equal(bars.outcome.length, 3000);
  let [from, number, key] = [0, 0, 0];
  const bar = [...scene.bars].sort((a, b) => a.fromMs - b.fromMs)[1234]!;
  for (let n = 0; n <= 1234; n++) {
    [from, number, key] = [from + bars.from[n], number + bars.number[n], key + bars.key[n]];
  }
  assert.equal(`${columns.names[bars.prefix[1234]]}${number}.${bars.send.split(" ")[1234]}`, bar.id);
  assert.equal(columns.names[key], bar.key);
  assert.ok(Math.abs(from / 100 - bar.fromMs) < 0.01);
});
