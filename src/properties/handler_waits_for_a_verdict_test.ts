/** handler_waits_for_a_verdict, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { handlerWaitsForAVerdict } from "./handler_waits_for_a_verdict.ts";

/** A call of A whose road and notes are the given line. */
const call = (line: string) =>
  drawn(`
    A  |--deliver(e1)------------------------------------------------------------ok|
    A  ${line}
    A  ${" ".repeat(60)}!handler
  `);

const check = (line: string) => handlerWaitsForAVerdict.check(call(line).view).verdict;

Deno.test("handler_waits_for_a_verdict holds once the reply to the claim has crossed", () => {
  const history = call(" >claim <done <ready");
  assert.deepEqual(handlerWaitsForAVerdict.check(history.view), { verdict: "holds", examined: 1 });
  assert.equal(check(" >begin <done <ready >claim <done <ready"), "holds");
  assert.equal(check(" >parse <described >execute <row <done <ready"), "holds");
  assert.equal(check(" >lock <row <done <ready"), "holds");
});

Deno.test("handler_waits_for_a_verdict lets a driver act at CommandComplete, before ReadyForQuery", () => {
  assert.equal(check(" >claim <row <done"), "holds");
});

Deno.test("handler_waits_for_a_verdict gives a statement that nobody knows the benefit of the doubt", () => {
  assert.equal(check(" >nameless <done <ready"), "holds");
});

Deno.test("handler_waits_for_a_verdict is violated where the reply was an error, and shows call and handler", () => {
  const history = call(" >claim <error <ready");
  const verdict = handlerWaitsForAVerdict.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "the handler of d1.1 began at instance 0 before any reply to its claim had arrived");
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.1", "handler d1.1"]);
});

Deno.test("handler_waits_for_a_verdict is violated where the road broke before the reply was complete", () => {
  assert.equal(check(" >claim"), "violated");
  assert.equal(check(" >claim <row"), "violated");
  assert.equal(check(" >parse <described"), "violated");
  assert.equal(check(" >connect <error"), "violated");
});

Deno.test("handler_waits_for_a_verdict counts no reply to connecting, to brackets and of the catalog", () => {
  assert.equal(check(" >connect <welcome >catalog <row <done <ready"), "violated");
  assert.equal(check(" >ping <row <done <ready >begin <done <ready"), "violated");
  assert.equal(check(" >both <done <error <ready"), "violated");
  assert.equal(check(" >both <done <done <ready"), "holds");
});

Deno.test("handler_waits_for_a_verdict takes the reply of a script for a decision, and no error and no greeting", () => {
  assert.equal(check(" >limit <list"), "holds");
  assert.equal(check(" >limit <none"), "holds");
  assert.equal(check(" >limit <refusal"), "violated");
  assert.equal(check(" >limit <refusal >pushtext <number"), "holds"); // the script was not known, and is sent whole
  assert.equal(check(" >limit"), "violated");
  assert.equal(check(" >hello <list >setinfo <fine >info <list"), "violated");
  assert.equal(check(" >load <list"), "violated");
  assert.equal(check(" >rpush <number"), "holds");
});

Deno.test("handler_waits_for_a_verdict wants the reply before the handler, to this call, at this instance", () => {
  const late = drawn(`
    A  |--deliver(e1)--------------------------ok|
    A  >claim        !handler  <done <ready
  `);
  const before = drawn(`
    A  |-deliver(e1)-------------ok| |-deliver(e2)-----------ok|
    A   >claim <done <ready                      !handler
  `);
  const elsewhere = drawn(`
    A    |--deliver(e1)--------------------------ok|
    A                                !handler
    B    |-deliver(e2)-------------------ok|
    B    >claim <done <ready
  `);
  for (const history of [late, before, elsewhere]) {
    assert.equal(handlerWaitsForAVerdict.check(history.view).verdict, "violated");
  }
});

Deno.test("handler_waits_for_a_verdict knows nothing where no handler began, or the wire saw nothing", () => {
  assert.equal(handlerWaitsForAVerdict.check(drawn(`A  |--deliver(e1)--ok|`).view).verdict, "unknown");
  assert.equal(check(""), "unknown");
  assert.equal(check(" >claim %messages"), "unknown");
});

Deno.test("handler_waits_for_a_verdict never accuses a correct history, and always one whose replies were lost", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeHistory(options);
    assert.equal(handlerWaitsForAVerdict.check(view(plan, entries)).verdict, "holds");
    const handlers = entries.filter((e) => e.type === "note" && e.kind === "handler");
    const { operation, instance } = handlers[pick % handlers.length]! as { operation: string; instance: number };
    const from = entries.findIndex((e) => e.type === "invoke" && e.operation === operation);
    // No reply reaches this instance while the operation is under way.
    const cut = entries.filter((e, i) =>
      i < from || e.type !== "message" || e.instance !== instance || e.direction === "up"
    );
    assert.equal(handlerWaitsForAVerdict.check(view(plan, cut)).verdict, "violated");
  }));
});
