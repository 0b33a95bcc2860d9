/**
 * quiet_then_fire, its half about batches that are handled too early; the other half is `fired_in_time_test.ts`. Promised are 20 ms of
 * quiet (so 18.6 for certain), 60 ms at most, and 3 messages a batch.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type View, view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { type MadeDebouncer, madeDebouncer, madeDebouncerOptions, madePromises } from "../testing/made_debouncer.ts";
import { type Batch, batchesOf } from "./batches.ts";
import { pushesOf } from "./pushes.ts";
import { quietThenFire } from "./quiet_then_fire.ts";

const promises = { quietMs: 20, maxWaitMs: 60, batchMax: 3 };
const history = (picture: string) => drawn(picture, { promises });
const check = (picture: string) => quietThenFire.check(history(picture).view);

Deno.test("quiet_then_fire holds where batches wait until it is quiet", () => {
  const picture = `
    A  |-push(c1/m1)-ok| |-push(c1/m2)-ok|
    A   >push    <number  >push    <number
    B                                              >take <list !batch(b1 c1/m1 c1/m2)
                                                                  *effect(c1/m1 in=b1) *effect(c1/m2 in=b1)
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 3 });
});

Deno.test("quiet_then_fire is violated by a batch that does not wait for the quiet time, and shows push and handler", () => {
  const drawing = history(`
    A  |-push(c1/m1)-ok| |-push(c1/m2)-ok|
    A   >push    <number  >push    <number
    B                         >take <list !batch(b1 c1/m1 c1/m2)
  `);
  const verdict = quietThenFire.check(drawing.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "batch c1 b1 was handled 16 ms after the push of c1/m2; 20 ms of quiet are promised",
  );
  assert.deepEqual(told(drawing, verdict.evidence), ["up EVALSHA push d2.1", "batch"]);
});

Deno.test("quiet_then_fire is violated by a batch of a message that nobody acknowledged as by any other", () => {
  const picture = `
    A  |-push(c1/m1)-info|
    B                 !batch(b1 c1/m1)`;
  assert.equal(check(picture).verdict, "violated");
});

Deno.test("quiet_then_fire lets a batch go that is full, or whose first message has waited for the most that is promised", () => {
  const said = `
    A  |-push(c1/m1)-ok|
    B                      !batch(b1 c1/m1 full)`;
  assert.equal(check(said).verdict, "holds");
  const counted = `
    A  |-push(c1/m1)-ok| |-push(c1/m2)-ok| |-push(c1/m3)-ok|
    B                                                 !batch(b1 c1/m1 c1/m2 c1/m3)`;
  assert.equal(check(counted).verdict, "holds");
  const waited = (ms: string) => `
    A  |-push(c1/m1)-ok|                       |-push(c1/m2)-ok|
    B                                         ${ms}!batch(b1 c1/m1 c1/m2)`;
  assert.equal(check(waited(" ".repeat(18))).verdict, "violated"); // 57 ms after the first
  assert.equal(check(waited(" ".repeat(19))).verdict, "holds"); // 58 ms: 60 less 2 % and the rounding of the store
});

Deno.test("quiet_then_fire does not begin anew with a message that is known, but with one that was refused before", () => {
  const again = (first: string) => `
    A  |-push(c1/m1)-${first}|   |-push(c1/m1)-ok|
    B                                        !batch(b1 c1/m1)`;
  assert.equal(check(again("ok")).verdict, "holds");
  assert.equal(check(again("info")).verdict, "holds"); // it may have been accepted
  assert.equal(check(again("fail")).verdict, "violated");
  const kept = (push: string) =>
    `${again("info")}
                                                            *effect(c1/m1 in=b1 by=${push})`;
  assert.equal(check(kept("d1.1")).verdict, "holds");
  assert.equal(check(kept("d1.2")).verdict, "violated"); // the store itself says that the second one was new
});

Deno.test("quiet_then_fire takes the earliest request that may be a push's own for it, or its invocation if there is none", () => {
  const picture = (road: string) => `
    A    |-push(c1/m1)-----------------ok|
    A      ${road}
    B                                     !batch(b1 c1/m1)`;
  assert.equal(check(picture("")).verdict, "holds");
  assert.equal(check(picture("                 >push <number")).verdict, "violated");
  assert.equal(check(picture("                 >pushtext <number")).verdict, "violated");
  assert.equal(check(picture(">push <refusal   >pushtext <number")).verdict, "holds");
  const crowd = `
    A    |-push(c1/m1)-----------------ok|
    C@0    |-push(c2/m1)-ok|
    C@0        >push <number
    A                          >push <number
    B                                     !batch(b1 c1/m1) !batch(b2 c2/m1)`;
  assert.equal(check(crowd).verdict, "holds"); // the first one, at 11 ms, may be either's
  const after = `
    A  |-push(c1/m1)-info|
    A                             >push
    B                                     !batch(b1 c1/m1)`;
  assert.equal(check(after).verdict, "holds"); // whose that is nobody knows
});

/** A's message is handled alone at 70 ms, of 40 ms of quiet; what B pushes meanwhile, and how A takes it, are the given lines. */
const beside = (pushed: string, taken: string) =>
  drawn(
    `
    A  |-push(c1/m1)-ok|
    A   >push <number
    A                                                                     !batch(b1 c1/m1)
    B                                                                                                   !batch(b2 c1/m2)
    B  ${pushed}
    A  ${taken}
`,
    { promises: { quietMs: 40, maxWaitMs: 120 } },
  );
const judge = (pushed: string, taken: string) => quietThenFire.check(beside(pushed, taken).view).verdict;

const accepted = "                              |-push(c1/m2)-ok|";
const taken = "                                                           >take <list";

Deno.test("quiet_then_fire is violated by a batch that does not wait for what another instance had accepted when it was taken", () => {
  const drawing = beside(accepted, taken);
  const verdict = quietThenFire.check(drawing.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "batch c1 b1 was handled 37 ms after the push of c1/m2, which had been acknowledged to d2.1; " +
      "40 ms of quiet are promised",
  );
  assert.deepEqual(told(drawing, verdict.evidence), ["invoke d2.1", "ok d2.1", "batch"]);
});

Deno.test("quiet_then_fire holds nothing against a batch that nobody had acknowledged for certain when it was taken", () => {
  assert.equal(judge("                                               |-push(c1/m2)-ok|", taken), "holds"); // acknowledged after the request
  assert.equal(judge("                              |-push(c1/m2)-info|", taken), "holds"); // perhaps not accepted at all
  const twice = "                                         >take <list       >take <list";
  assert.equal(judge(accepted, twice), "holds"); // which of the two requests took it is not known
  const lost = "                                         >take@1           >take <list";
  assert.equal(judge(accepted, lost), "violated"); // the one without a reply did not
  const turn = "                                                       |-turn(c1/turn)-----ok|";
  assert.equal(judge(accepted, `${twice}\n    A  ${turn}`), "violated"); // nor one before the turn
});

Deno.test("quiet_then_fire knows without any request that what was acknowledged before a batch may be due was there", () => {
  const inTime = `                     |-push(c1/m2)-ok|
    B                                >push <none`;
  assert.equal(judge(inTime, ""), "violated"); // acknowledged at 40 ms
  const late = `                        |-push(c1/m2)-ok|
    B                                 >push  <none`;
  assert.equal(judge(late, ""), "holds"); // at 43: due for certain only 38.2 after 4
});

Deno.test("quiet_then_fire does not count what an earlier batch took along", () => {
  const earlier = `${taken}
    B                                                   !batch(b0 c1/m2 full)`;
  assert.equal(judge(accepted, earlier), "holds");
});

Deno.test("quiet_then_fire takes for the request of a batch only one that was answered between its last push and its handler", () => {
  const late = `                                         >take@1           ${taken.trimStart()}
    A                                                                                   <list@1`;
  assert.equal(judge(accepted, late), "violated"); // the first one was answered when the handler had begun
  const early = `
    A  >take  <list                                                                 >take <list
    A                      |-push(c1/m1)-ok|
    B                                                     |-push(c1/m2)-ok|
    A                                                                                          !batch(b1 c1/m1)        !batch(b2 c1/m2)`;
  const history = drawn(early, { promises: { quietMs: 40, maxWaitMs: 120 } });
  assert.equal(quietThenFire.check(history.view).verdict, "violated"); // the first one found nothing yet
});

Deno.test("quiet_then_fire judges the first handler of a batch alone, also where a later one says that it is the first attempt", () => {
  const history = drawn(
    `
    A  |-push(c1/m1)-ok|                              !batch(b1 c1/m1)                        !batch(b1 c1/m1)
    B                                                    |-push(c1/m2)-ok|                                          !batch(b2 c1/m2)
    A                                                                       >take   <list
`,
    { promises: { quietMs: 40, maxWaitMs: 200 } },
  );
  assert.equal(quietThenFire.check(history.view).verdict, "holds");
});

Deno.test("quiet_then_fire exempts takeovers, dead letters that were put back, and batches of other runs", () => {
  const free = (line: string) => `
    A  |-push(c1/m1)-ok|
    B  ${line}`;
  assert.equal(check(free("                  !batch(b1 c1/m1 attempt=2)")).verdict, "holds");
  assert.equal(check(free("                 !dead(b0 c1/m1) !batch(b1 c1/m1)")).verdict, "unknown");
  assert.equal(check(free("                  !batch(b1 c9/m1)")).verdict, "unknown");
  assert.equal(check(free("                 !batch(b1 c1/m1)")).verdict, "violated");
});

Deno.test("quiet_then_fire knows nothing without a promise, without batches, and where messages or notes were dropped", () => {
  const early = "A  |-push(c1/m1)-ok| !batch(b1 c1/m1)";
  assert.equal(quietThenFire.check(drawn(early).view).verdict, "unknown");
  assert.equal(check("A  ^started").verdict, "unknown");
  assert.equal(check(early).verdict, "violated");
  assert.equal(check(`${early} %messages`).verdict, "unknown");
  assert.equal(check(`${early} %notes`).verdict, "unknown");
});

Deno.test("quiet_then_fire stands by what was too early though a heal is not certain, and says nothing of what was in time", () => {
  const unhealed = (line: string) => `
    A  |-push(c1/m1)-ok|
    B  ${line}
       ~refused~~~~~~~unhealed`;
  assert.equal(check(unhealed("                  !batch(b1 c1/m1)")).verdict, "violated");
  assert.equal(check(unhealed("                           !batch(b1 c1/m1)")).verdict, "unknown");
});

Deno.test("quiet_then_fire never accuses a correct history, and always one in which a batch is handled at once", () => {
  let accused = 0;
  fc.assert(fc.property(madeDebouncerOptions, fc.nat(), (options, pick) => {
    const made = madeDebouncer(options);
    const correct = view(made.plan, made.entries);
    assert.notEqual(quietThenFire.check(correct).verdict, "violated");
    const quiet = quietBatches(correct);
    if (quiet.length === 0) return;
    accused++;
    const hurried = hurry(made, correct, quiet[pick % quiet.length]!);
    assert.equal(quietThenFire.check(view(made.plan, hurried)).verdict, "violated");
  }));
  assert.ok(accused > 20, `${accused}`);
});

/** Batches that were handled because it was quiet: neither full, nor after the longest wait, nor taken over. */
function quietBatches(history: View): Batch[] {
  const seen = new Set<string>();
  const pushes = pushesOf(history);
  return batchesOf(history).filter(({ id, attempt, full, messages }) => {
    const isFirst = !seen.has(id);
    seen.add(id);
    const own = messages.map((key) => pushes.get(key)!);
    const lastsMs = Math.max(...own.map(({ kept }) => kept.atMs)) -
      Math.min(...own.map(({ earliest }) => earliest.atMs));
    return isFirst && attempt === 1 && !full && lastsMs + 30 < madePromises.maxWaitMs;
  });
}

/** The same history, in which the handler of a batch begins 25 ms after the last push of it. */
function hurry({ entries }: MadeDebouncer, history: View, { messages, note }: Batch) {
  const pushes = pushesOf(history);
  const atMs = Math.max(...messages.map((key) => pushes.get(key)!.kept.atMs)) + madePromises.quietMs / 2;
  const others = entries.filter((_, index) => index !== note.index);
  const at = others.findIndex((entry) => entry.atMs > atMs);
  return others.toSpliced(at, 0, { ...entries[note.index]!, atMs });
}
