/** process_stays_alive, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { processStaysAlive } from "./process_stays_alive.ts";

Deno.test("process_stays_alive holds where no process died", () => {
  const history = drawn(`
    A  ^started  |--deliver(e1)--info|  ^stopped
    B  ^started         ~cut~~healed    ^stopped
  `);
  assert.deepEqual(processStaysAlive.check(history.view), { verdict: "holds", examined: 2 });
});

Deno.test("process_stays_alive is violated by a death, and shows it", () => {
  const history = drawn(`
    A  ^started  |--deliver(e1)--info(died)|
    A                         ^died(TypeError: null) ^started
                      ~cut~~healed
  `);
  const verdict = processStaysAlive.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "the process of instance 0 died: TypeError: null");
  assert.deepEqual(told(history, verdict.evidence), ["instance 0 died"]);
});

Deno.test("process_stays_alive does not blame a process that was killed, asked to end, given up, or refused to start", () => {
  const killed = drawn(`
    A  ^started             ^died     ^started
    A           ~instance_killed~~~healed
  `);
  assert.equal(processStaysAlive.check(killed.view).verdict, "holds");
  for (const before of ["stopped", "hung", "broke", "leaked"]) {
    assert.equal(processStaysAlive.check(drawn(`A  ^started  ^${before} ^died`).view).verdict, "holds", before);
  }
  assert.equal(processStaysAlive.check(drawn(`A  ^start_failed(no) ^died`).view).verdict, "unknown");
});

Deno.test("process_stays_alive is violated where another instance was killed", () => {
  const history = drawn(`
    A  ^started             ^died
    B  ^started ~instance_killed~~~healed
  `);
  assert.equal(processStaysAlive.check(history.view).verdict, "violated");
});

Deno.test("process_stays_alive never accuses a correct history, and always one with a death", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeHistory(options);
    assert.equal(processStaysAlive.check(view(plan, entries)).verdict, "holds");
    const died = { type: "instance", atMs: 0, instance: pick % plan.instances, event: "died" } as const;
    const stopped = entries.findIndex((e) => e.type === "instance" && e.event === "stopped");
    const dead = entries.toSpliced(stopped, 0, died);
    assert.equal(processStaysAlive.check(view(plan, dead)).verdict, "violated");
  }));
});
