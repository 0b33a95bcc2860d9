/** unexpected_errors_surface, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { unexpectedErrorsSurface } from "./unexpected_errors_surface.ts";

const check = (picture: string) => unexpectedErrorsSurface.check(drawn(picture).view);

Deno.test("unexpected_errors_surface holds where each planted error came out with its message", () => {
  const picture = `
    A  |--deliver(e1 plant=boom)--info(TypeError: boom)|
    B  |--deliver(e2 plant=bang)--fail(final bang)|
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 2 });
});

Deno.test("unexpected_errors_surface is violated by an acknowledgement, and shows the call", () => {
  const picture = `A  |--deliver(e1 plant=boom)--ok|`;
  const verdict = check(picture);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, `d1.1 was acknowledged although its handler threw "boom"`);
  assert.deepEqual(told(drawn(picture), verdict.evidence), ["invoke d1.1", "ok d1.1"]);
});

Deno.test("unexpected_errors_surface is violated by another error than the planted one", () => {
  const verdict = check(`
    A  |--deliver(e1 plant=boom)--info(something went wrong)|
    A               !handler
  `);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, `the handler of d1.1 threw "boom", and "something went wrong" came out`);
});

Deno.test("unexpected_errors_surface does not ask for an error that need not have been thrown", () => {
  const duplicate = `
    A  |--deliver(e1)--ok|   |--deliver(e1 plant=boom)--ok(duplicate)|`;
  const unhandled = `A  |--deliver(e1 plant=boom)--info(store unavailable)|`;
  const disturbed = `
    A  |--deliver(e1 plant=boom)--info(connection closed)|
    A               !handler
                       ~cut~~healed`;
  const givenUp = `
    A  |--deliver(e1 plant=boom)--info(deadline)|
    A               !handler`;
  const free = `A  |--deliver(e1)--ok|`;
  for (const picture of [duplicate, unhandled, disturbed, givenUp, free]) {
    assert.equal(check(picture).verdict, "unknown", picture);
  }
});

Deno.test("unexpected_errors_surface lets a message be acknowledged before its handler can throw", () => {
  const pushed = drawn(`A  |-push(c1/m1 plant=boom)--ok|`);
  assert.equal(unexpectedErrorsSurface.check(pushed.view).verdict, "unknown");
  const delivered = drawn(`A  |-deliver(c1/m1 plant=boom)--ok|`);
  assert.equal(unexpectedErrorsSurface.check(delivered.view).verdict, "violated");
});

Deno.test("unexpected_errors_surface never accuses a correct history, and always one that swallows an error", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), fc.boolean(), (options, pick, acknowledged) => {
    const { plan, entries } = madeHistory(options);
    const plant = (message: string): Entry[] => [
      {
        type: "invoke",
        atMs: 0,
        operation: "d9999.1",
        process: 9,
        instance: 0,
        key: "p",
        op: { key: "p", plant: `boom ${pick}` },
      },
      { type: "note", atMs: 0, instance: 0, operation: "d9999.1", kind: "handler" },
      { type: "info", atMs: 1, operation: "d9999.1", reason: message, because: "thrown" },
    ];
    // Before the first cut, so that nothing disturbs it.
    const [run, ...rest] = entries;
    const honest = view({ ...plan }, [run!, ...plant(`Error: boom ${pick} happened`).map(early), ...rest]);
    assert.equal(unexpectedErrorsSurface.check(honest).verdict, "holds");
    const [invoke, note, info] = plant("oops").map(early);
    const ok: Entry = { type: "ok", atMs: info!.atMs, operation: "d9999.1", value: null };
    const lie = view({ ...plan }, [run!, invoke!, note!, acknowledged ? ok : info!, ...rest]);
    assert.equal(unexpectedErrorsSurface.check(lie).verdict, "violated");
  }));
});

const early = (entry: Entry): Entry => ({ ...entry, atMs: entry.atMs - 100 });
