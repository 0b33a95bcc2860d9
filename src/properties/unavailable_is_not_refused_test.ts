/** unavailable_is_not_refused, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { type View, view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeLimiter, madeLimiterOptions } from "../testing/made_limiter.ts";
import { unavailableIsNotRefused } from "./unavailable_is_not_refused.ts";

/** A call that is answered before anything happens, so that the store is known to speak. */
const history = (picture: string) =>
  drawn(
    `
    A  |-call(k/0)-ok|
    A   >limit <list
    ${picture}`,
    { disturbed: "redis" },
  );
const check = (picture: string) => unavailableIsNotRefused.check(history(picture).view);

Deno.test("unavailable_is_not_refused holds where calls are answered 503 while the store is out of reach", () => {
  const picture = `
    A                          |-call(k/1)-fail(503 no store)| |-call(k/2)-info(503 nobody knows)|
                             ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `;
  assert.deepEqual(check(picture), { verdict: "holds", examined: 2 });
});

Deno.test("unavailable_is_not_refused is violated by a 429 and by a 2xx, and shows disturbance, call and answer", () => {
  const picture = (end: string) => `
    A                          |-call(k/1)-${end}|
                             ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `;
  const refused = history(picture("fail(final 429)"));
  const verdict = unavailableIsNotRefused.check(refused.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "d2.1 was answered 429 at instance 0, which could not reach its store (refused)",
  );
  assert.deepEqual(told(refused, verdict.evidence), ["refused injected", "invoke d2.1", "fail d2.1"]);
  for (const end of ["ok", "ok(204)", "info(429)", "fail(429 later)"]) {
    assert.equal(check(picture(end)).verdict, "violated", end);
  }
  assert.equal(check(picture("ok(503)")).verdict, "holds");
});

Deno.test("unavailable_is_not_refused takes a vain request for out of reach, an error for no answer, and a reply for an answer", () => {
  const picture = (road: string) => `
    A                          |-call(k/1)-------------fail(final 429)|
    A                             ${road}
                             ~latency~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `;
  assert.equal(check(picture(">limit")).verdict, "violated");
  assert.equal(check(picture(">limit <refusal")).verdict, "violated");
  assert.equal(check(picture(">limit <list")).verdict, "unknown");
  assert.equal(check(picture(">limit <refusal >limit <list")).verdict, "unknown");
  // It may have known the answer without asking.
  assert.equal(check(picture("")).verdict, "unknown");
});

Deno.test("unavailable_is_not_refused needs no vain request where nobody listens, until the store speaks again", () => {
  const picture = (fault: string, road: string) => `
    A                             |-call(k/1)---------------fail(final 429)|
    A                                ${road}
                             ~${fault}~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `;
  for (const fault of ["refused", "redis_killed", "server_killed"]) {
    assert.equal(check(picture(fault, "")).verdict, "violated", fault);
    assert.equal(check(picture(fault, ">hello@1 <fine@1")).verdict, "unknown", fault);
  }
  assert.equal(check(picture("clients_killed", "")).verdict, "unknown");
});

Deno.test("unavailable_is_not_refused judges only calls that lie wholly in the disturbance, at the instance that it strikes", () => {
  const before = `
    A                          |-call(k/1)-fail(final 429)|
                                  ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `;
  const after = `
    A                          |-call(k/1)-fail(final 429)|
                             ~refused~~~~~~~~~~~healed
  `;
  const elsewhere = `
    A                          |-call(k/1)-fail(final 429)|
    B                        ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `;
  for (const picture of [before, after, elsewhere]) assert.equal(check(picture).verdict, "unknown");
});

Deno.test("unavailable_is_not_refused judges a call whose own message was cut or held, whenever that was", () => {
  const picture = (fault: string, road: string, end = "fail(final 429)") => `
    A                          |-call(k/1)---------------${end}|
    A                              ${road}
    A                            ~${fault}~~~~~~~healed
  `;
  for (const fault of ["cut", "stall", "barrier"]) {
    assert.equal(check(picture(fault, "")).verdict, "violated", fault);
    assert.equal(check(picture(fault, "", "ok")).verdict, "violated", fault);
    assert.equal(check(picture(fault, "", "fail(503 no store)")).verdict, "holds", fault);
    assert.equal(check(picture(fault, ">limit <refusal")).verdict, "violated", fault);
    assert.equal(check(picture(fault, ">limit <list")).verdict, "unknown", fault);
    assert.equal(check(picture(`${fault}?`, "")).verdict, "unknown", `${fault} that did not strike`);
  }
});

Deno.test("unavailable_is_not_refused judges by a cut or a hold only the call that it is about, if it struck in its time", () => {
  const twice = (first: string, second: string) => `
    A                          |-call(k/1)-${first}|    |-call(k/2)-${second}|
    A                            ~cut~healed
  `;
  assert.equal(check(twice("fail(503 no store)", "fail(final 429)")).verdict, "holds");
  assert.equal(check(twice("fail(final 429)", "fail(503 no store)")).verdict, "violated");
  const { plan, entries } = history(twice("fail(final 429)", "fail(503 no store)"));
  const moved = entries.map((e) => e.type === "disturb" ? { ...e, atMs: 200 } : e).toSorted((a, b) => a.atMs - b.atMs);
  assert.equal(unavailableIsNotRefused.check(view(plan, moved)).verdict, "unknown");
});

Deno.test("unavailable_is_not_refused knows nothing from the moment on at which a fault's evidence is taken: it ends then", () => {
  const { plan, entries } = history(`
    A                                                    |-call(k/1)-fail(final 429)|
                             ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `);
  const struckAt = (ms: number) => {
    const moved = entries.map((e) => e.type === "disturb" && e.event === "struck" ? { ...e, atMs: ms } : e);
    return unavailableIsNotRefused.check(view(plan, moved.toSorted((a, b) => a.atMs - b.atMs))).verdict;
  };
  assert.equal(struckAt(81), "violated");
  assert.equal(struckAt(60), "unknown");
});

Deno.test("unavailable_is_not_refused takes the reply of any store for one that the answer may rest on", () => {
  const picture = (road: string) => `
    A  |-call(k/0)-ok|
    A   >limit <list          |-call(k/1)---------------fail(final 429)|
    A                           ${road}
                             ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `;
  const verdict = (road: string, disturbed: "redis" | "postgres") =>
    unavailableIsNotRefused.check(drawn(picture(road), { disturbed }).view).verdict;
  assert.equal(verdict("", "redis"), "violated");
  assert.equal(verdict(">claim@1 <done@1 <ready@1", "redis"), "unknown");
  assert.equal(verdict(">limit <list", "postgres"), "unknown");
});

Deno.test("unavailable_is_not_refused asks limiters alone: who knows a duplicate by heart may say so", () => {
  const picture = `
    A                          |-push(k/1)-ok| |-turn(k/turn)-ok|
                             ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `;
  assert.equal(check(picture).verdict, "unknown");
});

Deno.test("unavailable_is_not_refused leaves calls without an answer to others", () => {
  const picture = `
    A                          |-call(k/1)-info(deadline)| |-call(k/2)---
                             ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `;
  assert.equal(check(picture).verdict, "unknown");
});

Deno.test("unavailable_is_not_refused accuses nobody where replies may not have been recorded", () => {
  const dropped = `
    A                          |-call(k/1)-fail(final 429)|
                             ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed   %messages
  `;
  assert.equal(check(dropped).verdict, "unknown");
  const mute = drawn(
    `
    A                          |-call(k/1)-fail(final 429)|
                             ~refused~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~healed
  `,
    { disturbed: "redis" },
  );
  assert.equal(unavailableIsNotRefused.check(mute.view).verdict, "unknown");
  assert.equal(check("").verdict, "unknown");
});

Deno.test("unavailable_is_not_refused never accuses a correct history, and always one that says no or yes instead", () => {
  let accused = 0;
  fc.assert(fc.property(madeLimiterOptions, fc.nat(), fc.boolean(), (options, pick, yes) => {
    const { plan, entries } = madeLimiter({ ...options, calls: 20 + options.calls });
    const correct = view(plan, entries);
    assert.notEqual(unavailableIsNotRefused.check(correct).verdict, "violated");
    const within = answersWithin(correct);
    if (within.length === 0 || !correct.messages.some(({ direction }) => direction === "down")) return;
    accused++;
    const chosen = within[pick % within.length]!;
    const { atMs, operation } = chosen;
    const lie: Entry = yes
      ? { type: "ok", atMs, operation, value: { status: 200 } }
      : { type: "fail", atMs, operation, reason: "429 too many", final: true };
    const lied = entries.map((entry) => entry === chosen ? lie : entry);
    assert.equal(unavailableIsNotRefused.check(view(plan, lied)).verdict, "violated");
  }));
  assert.ok(accused > 10, `${accused}`);
});

/** Answers to calls that began and ended while the store was out of reach. */
function answersWithin({ operations, disturbances }: View) {
  const [outage] = disturbances.values();
  if (!outage) return [];
  return [...operations.values()].flatMap(({ invoke, settled }) =>
    settled && settled.type !== "ok" && settled.reason === "503 the store cannot be reached" &&
      invoke.atMs >= outage.injectedAtMs! && settled.atMs <= outage.struckAtMs!
      ? [settled]
      : []
  );
}
