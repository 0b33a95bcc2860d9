/** answers_are_honest, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeHistory, madeOptions } from "../testing/made_history.ts";
import { answersAreHonest } from "./answers_are_honest.ts";

Deno.test("answers_are_honest holds where one body is acknowledged and the other conflicts", () => {
  const history = drawn(`
    A  |--deliver(e1 body=a)--ok|  |--deliver(e1 body=a)--ok(duplicate)|
    B  |--deliver(e1 body=b)--fail(final 422: another body)|
    C  |--deliver(e2 body=a)--fail(409 conflict, in work)| |--deliver(e2 body=a)--fail(final on conflict failed)|
  `);
  assert.deepEqual(answersAreHonest.check(history.view), { verdict: "holds", examined: 2 });
});

Deno.test("answers_are_honest is violated where two bodies were acknowledged, and shows both", () => {
  const history = drawn(`
    A  |--deliver(e1 body=a)--ok|
    B         |--deliver(e1 body=b)--ok(duplicate)|
  `);
  const verdict = answersAreHonest.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(verdict.because, "two bodies of event e1 were acknowledged, to d1.1 and d2.1");
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.1", "invoke d2.1", "ok d1.1", "ok d2.1"]);
});

Deno.test("answers_are_honest is violated by a conflict that nobody delivered", () => {
  const history = drawn(`
    A  |--deliver(e1 body=a)--ok|  |--deliver(e1 body=a)--fail(final conflict)|
    B  |--deliver(e2 body=b)--ok|
  `);
  const verdict = answersAreHonest.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "d1.2 was answered with a conflict, although event e1 was delivered with one body only",
  );
  assert.deepEqual(told(history, verdict.evidence), ["invoke d1.2", "fail d1.2"]);
});

Deno.test("answers_are_honest takes an ok that says conflict for no acknowledgement of the body", () => {
  const history = drawn(`
    A  |--deliver(e1 body=a)--ok|
    B  |--deliver(e1 body=b)--ok(conflict)|
  `);
  assert.equal(answersAreHonest.check(history.view).verdict, "holds");
});

Deno.test("answers_are_honest knows nothing where nothing was answered", () => {
  assert.equal(answersAreHonest.check(drawn(`A  |--deliver(e1)-----`).view).verdict, "unknown");
});

Deno.test("answers_are_honest never accuses a correct history, and always one with another body acknowledged", () => {
  fc.assert(fc.property(madeOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeHistory(options);
    assert.equal(answersAreHonest.check(view(plan, entries)).verdict, "holds");
    const oks = entries.filter((e) => e.type === "ok");
    const { operation } = oks[pick % oks.length]!;
    const invoke = entries.filter((e) => e.type === "invoke").find((e) => e.operation === operation)!;
    const other = { ...invoke, operation: "d9999.1", op: { key: invoke.key, body: "another one" } };
    const ok = { type: "ok", atMs: 0, operation: "d9999.1", value: null } as const;
    assert.equal(answersAreHonest.check(view(plan, [...entries, other, ok])).verdict, "violated");
  }));
});
