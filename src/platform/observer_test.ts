/** Stalls of this process and of the probe are seen. */

import assert from "node:assert/strict";
import { type Stall, startObserver } from "./observer.ts";
import { until } from "./fixtures/until.ts";

/** Keeps this process's event loop from turning. */
function block(ms: number): void {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs;);
}

Deno.test("an observer tells that the harness's own event loop stood still, how long, and until when", async () => {
  const stalls: Stall[] = [];
  await using _ = startObserver({ thresholdMs: 50, onStall: (stall) => void stalls.push(stall) });
  await until(() => performance.now() > 0);
  block(120);
  const overMs = performance.now();
  const own = await until(() => stalls.find(({ who, forMs }) => who === "harness" && forMs > 80));
  assert.ok(own.forMs < 400, `${own.forMs} ms`);
  assert.ok(Math.abs(own.atMs - overMs) < 100);
});

Deno.test("an observer tells that its idle process was stopped, on the harness's clock", async () => {
  const stalls: Stall[] = [];
  await using observer = startObserver({ thresholdMs: 50, onStall: (stall) => void stalls.push(stall) });
  await new Promise((resolve) => setTimeout(resolve, 300)); // the probe has to run before it can be late
  Deno.kill(observer.probePid, "SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 200));
  Deno.kill(observer.probePid, "SIGCONT");
  const overMs = performance.now();
  const seen = await until(() => stalls.find(({ who, forMs }) => who === "probe" && forMs >= 150));
  assert.ok(Math.abs(seen.atMs - overMs) < 100, `${seen.atMs} and ${overMs}`);
});

Deno.test("an observer says so once when its probe is lost", async () => {
  const lost: string[] = [];
  await using observer = startObserver({
    thresholdMs: 50,
    onStall: () => undefined,
    onProbeLost: (why) => void lost.push(why),
  });
  Deno.kill(observer.probePid, "SIGKILL");
  assert.match(await until(() => lost[0]), /idle probe ended/);
});
