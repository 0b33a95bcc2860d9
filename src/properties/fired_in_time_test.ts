/**
 * quiet_then_fire, its half about messages that wait too long. Promised are 40 ms at most, with a grace of 10: a message that was
 * acknowledged at 19 ms has to be handled by 69 ms.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeDebouncer, madeDebouncerOptions } from "../testing/made_debouncer.ts";
import { batchesOf } from "./batches.ts";
import { quietThenFire } from "./quiet_then_fire.ts";

const promises = { quietMs: 5, maxWaitMs: 40, answersWithinMs: 15, leaseMs: 20 };
const history = (picture: string) => drawn(picture, { promises, graceMs: 10 });
const check = (picture: string) => quietThenFire.check(history(picture).view);

/** One message, acknowledged at 19 ms; then the given lines. */
const waiting = (...lines: string[]) =>
  ["", "    A  |-push(c1/m1)-ok|", ...lines.map((line) => `    ${line}`)].join("\n");

const handledAt = (ms: number) => `B${" ".repeat(ms - 1)}!batch(b1 c1/m1)`;
const endsAt = (ms: number) => `${" ".repeat(ms)}#sent`;
const finds = (verdict: string, ...lines: string[]) => assert.equal(check(waiting(...lines)).verdict, verdict);

Deno.test("quiet_then_fire holds where a message is handled within the longest wait, or is known to be handled or dead", () => {
  assert.deepEqual(check(waiting(handledAt(69))), { verdict: "holds", examined: 2 });
  finds(
    "holds",
    handledAt(69),
    "B                                                                                         !batch(b1 c1/m1 attempt=2)",
  );
  // Nobody knows when it was handled.
  finds("unknown", "                         *effect(c1/m1)                                                   #sent");
  finds("unknown", "B                        !dead(b1 c1/m1)                                                  #sent");
});

Deno.test("quiet_then_fire is violated by a message that is handled too late, and shows its acknowledgement and the handler", () => {
  const drawing = history(waiting(handledAt(74)));
  const verdict = quietThenFire.check(drawing.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "message c1/m1 was handled only 55 ms after its acknowledgement or the last heal; 40 ms are promised",
  );
  assert.deepEqual(told(drawing, verdict.evidence), ["ok d1.1", "batch"]);
});

Deno.test("quiet_then_fire is violated by a message that is never handled, once its time was up", () => {
  const drawing = history(waiting(endsAt(74)));
  const verdict = quietThenFire.check(drawing.view);
  assert.ok(verdict.verdict === "violated");
  assert.match(verdict.because, /^message c1\/m1 was not handled 55 ms after/);
  assert.deepEqual(told(drawing, verdict.evidence), ["ok d1.1"]);
  finds("unknown", endsAt(60));
});

Deno.test("quiet_then_fire does not ask when a message is handled that nobody acknowledged", () => {
  const picture = "A  |-push(c1/m1)--info|                                                             #sent";
  assert.equal(check(picture).verdict, "unknown");
});

Deno.test("quiet_then_fire counts from the last heal, and leaves time for a lease and a call that were under way", () => {
  // 25 + 40, and 20 + 15 + 10 more.
  finds("holds", "          ~cut~~~~~healed", handledAt(109));
  finds("violated", "          ~cut~~~~~healed", handledAt(112));
  finds("holds", "C                       ^died", handledAt(103));
  finds("violated", "C                       ^died", handledAt(105));
});

Deno.test("quiet_then_fire leaves time for a batch that is handled before, and for one that is never done", () => {
  const before = "B                                                      !batch(b0 c1/m0 full)";
  finds("holds", before, handledAt(85)); // 55 + 20 + 10
  finds("violated", before, handledAt(86));
  const undone = "B  |-push(c1/m0)-info|                                 !batch(b0 c1/m0 full)";
  finds("holds", undone, endsAt(110));
  finds(
    "violated",
    undone,
    "                                                                                          *effect(c1/m0)",
    endsAt(110),
  );
});

Deno.test("quiet_then_fire asks nothing of a stepped loop but while it is stepped", () => {
  const turn = "A                                                             |-turn(c1/turn)---ok|";
  finds(
    "holds",
    turn,
    "A                                                                               !batch(b1 c1/m1)",
  ); // begun at 62, answered within 15, and 10
  finds("violated", turn, endsAt(90));
  const before = "A                             |-turn(c1/turn)-fail|";
  finds("unknown", before, endsAt(90));
  const another = "A                                                             |-turn(c2/turn)---ok|";
  finds("unknown", another, endsAt(90));
});

Deno.test("quiet_then_fire is unknown where stalls of the observer could explain the delay", () => {
  finds("unknown", handledAt(74), "                              =probe=======");
  finds("violated", handledAt(74), "                              =probe");
  finds("unknown", endsAt(74), "                              =harness=======");
});

Deno.test("quiet_then_fire says nothing of a delay while a heal is not certain, and where notes were dropped", () => {
  finds("violated", handledAt(74));
  finds("unknown", handledAt(74), "C                                       ~refused~~~unhealed");
  finds("unknown", endsAt(74), "                              %notes");
});

Deno.test("quiet_then_fire never accuses a correct history, and always one in which a batch is not handled in the end", () => {
  let accused = 0;
  fc.assert(fc.property(madeDebouncerOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeDebouncer(options);
    const batches = batchesOf(view(plan, entries));
    if (batches.length === 0) return;
    accused++;
    const { messages } = batches[pick % batches.length]!;
    const isOf = (data: unknown) => JSON.stringify(data ?? null).includes(`"${messages[0]}"`);
    const without = entries.filter((entry) =>
      !(entry.type === "note" && isOf(entry.data)) && !(entry.type === "effect" && messages.includes(entry.key))
    );
    const later = without.map((entry) => entry.type === "phase" ? { ...entry, atMs: entry.atMs + 1_000 } : entry);
    assert.equal(quietThenFire.check(view(plan, later)).verdict, "violated");
  }));
  assert.ok(accused > 20, `${accused}`);
});
