/** Whether a run may be judged, by drawn histories. */

import assert from "node:assert/strict";
import { drawn } from "../testing/drawn.ts";
import { absentMs, overlapped, stalledMs, voidReason } from "./disturbance.ts";

const reasons = (picture: string) => voidReason(drawn(picture).view);

Deno.test("voidReason() finds nothing wrong with a run that was disturbed as planned, healed and read in peace", () => {
  const picture = `
    A  |--deliver(e1)-------info|
         ~cut~~healed  ~latency~~~~~healed
  `;
  assert.deepEqual(reasons(picture), {});
  assert.deepEqual(reasons(`A  |--deliver(e1)--ok|`), {});
});

Deno.test("voidReason() voids a run in which a planned disturbance is not certain to have struck", () => {
  assert.deepEqual(reasons(`~latency?~~~~~healed`), { void: "latency is not certain to have struck" });
  assert.deepEqual(reasons(`~barrier~~~missed`), { void: "barrier is not certain to have struck" });
  const place = { service: "postgres", connection: 0, direction: "up", message: "Query", nth: 0, byte: 0 } as const;
  const planned = { cuts: [{ id: "c1", instance: 0, operation: "d1.1", place }] };
  const never = drawn(`A  |--deliver(e1)--ok|`, { plan: planned });
  assert.deepEqual(voidReason(never.view), { void: "cut is not certain to have struck" });
});

Deno.test("voidReason() voids only liveness where a heal is not certain", () => {
  assert.deepEqual(reasons(`~killed~~~unhealed`), { livenessVoid: "killed is not certain to be over" });
  assert.deepEqual(reasons(`~killed~~~~~~`), { livenessVoid: "killed is not certain to be over" });
});

Deno.test("voidReason() voids a run that did not become quiet, and one that the harness broke", () => {
  assert.deepEqual(reasons(`A  |--deliver(e1)--ok| #unquiet`), { void: "the run did not become quiet" });
  const broken = { ...drawn(`A  |--deliver(e1)--ok|`).view, broken: "no port" };
  const because = "the harness broke: no port";
  assert.deepEqual(voidReason(broken), { void: because, livenessVoid: because });
});

Deno.test("overlapped() asks for a call of the disturbed instance between injection and heal", () => {
  const { view } = drawn(`
    A  |--deliver(e1)--ok|                           |--deliver(e2)--
    B                           |--deliver(e3)--ok|
    A       ~first~~healed
    A                             ~second~~healed
                                  ~third~~healed
    A                                                   ~fourth~~~~~
  `);
  const met = [...view.disturbances.values()].map((disturbance) => [disturbance.fault, overlapped(view, disturbance)]);
  assert.deepEqual(Object.fromEntries(met), { first: true, second: false, third: true, fourth: true });
});

Deno.test("stalledMs() counts stalls of harness and probe once where they overlap, and only within the interval", () => {
  const { view } = drawn(`
    A  =harness==  =probe=====
           =probe====
  `);
  assert.equal(stalledMs(view, 0, 100), 9 + 3 + 10);
  assert.equal(stalledMs(view, 10, 17), 5 + 2);
  assert.equal(stalledMs(view, 50, 100), 0);
});

Deno.test("absentMs() counts a process as away from its death to its next start, and while it is stopped", () => {
  const { view } = drawn(`
    A  ^started  ^died     ^started   ~instance_stopped~~~healed   ^died
    B  ^started
  `);
  assert.equal(absentMs(view, 0, 0, 30), 10);
  assert.equal(absentMs(view, 0, 0, 60), 10 + 25);
  assert.equal(absentMs(view, 0, 0, 100), 10 + 25 + 37);
  assert.equal(absentMs(view, 1, 0, 100), 0);
});

Deno.test("voidReason() voids a run in which an instance did not start, unless starting was all that was tried", () => {
  const { view } = drawn(`
    A  ^start_failed(no such module)  |--deliver(e1)--info|
  `);
  const early = { ...view, instances: view.instances.map((line) => ({ ...line, atMs: -5 })) };
  const reason = "instance 0 could not be started: no such module";
  assert.deepEqual(voidReason(early), { void: reason, livenessVoid: reason });
  const nothingAsked = { ...early, operations: new Map(), plan: { ...early.plan, deliveries: [] } };
  assert.deepEqual(voidReason(nothingAsked), {});
});
