/** The drawing of histories: what each mark becomes. */

import assert from "node:assert/strict";
import { drawn, told } from "./drawn.ts";

Deno.test("a drawing gives operations, with one column a millisecond", () => {
  const history = drawn(`
    A  |--deliver(e1)-------info|
    B        |--deliver(e1)-------------ok(first)|
                    *effect(e1)
                                  *effect(e1)
  `);
  assert.deepEqual(history.entries.slice(1, 5), [
    { type: "invoke", atMs: 3, operation: "d1.1", process: 0, instance: 0, key: "e1", op: { key: "e1" }, index: 1 },
    { type: "invoke", atMs: 9, operation: "d2.1", process: 1, instance: 1, key: "e1", op: { key: "e1" }, index: 2 },
    { type: "info", atMs: 28, operation: "d1.1", reason: "", because: "thrown", index: 3 },
    { type: "ok", atMs: 45, operation: "d2.1", value: "first", index: 4 },
  ]);
  assert.deepEqual(history.view.keys.get("e1")!.effects.map((effect) => effect.operation), ["d1.1", "d2.1"]);
  assert.equal(history.view.quiet, true);
});

Deno.test("a drawing names operations by lane and key, or as it says", () => {
  const history = drawn(`
    A  |-deliver(e1)-fail(busy)| |-deliver(e1)-fail(final conflict)| |-deliver(e2 as=w0.1)--
    B@0     |-deliver(e1)-info(deadline of 100 ms)|
  `);
  assert.deepEqual([...history.view.operations.keys()], ["d1.1", "d2.1", "d1.2", "w0.1"]);
  assert.equal(history.view.operations.get("d2.1")!.instance, 0);
  assert.equal(history.view.operations.get("w0.1")!.outcome, undefined);
  const { settled } = history.view.operations.get("d1.2")!;
  assert.ok(settled?.type === "fail" && settled.final && settled.reason === "conflict");
  const info = history.view.operations.get("d2.1")!.settled;
  assert.ok(info?.type === "info" && info.because === "deadline" && info.reason === "of 100 ms");
});

Deno.test("a drawing gives disturbances, stalls, events and phases", () => {
  const history = drawn(`
    A  |-deliver(e1)----------------------ok|
       ~latency~~~healed   =harness=====
    A                ~cut?~missed        ^died(oops)
       ~refused~~~~~~~~~~    #sent  #unquiet(1 sessions left)   ?lease(e1)
  `);
  const [latency, refused, cut] = [...history.view.disturbances.values()];
  assert.deepEqual([latency!.confirmed, latency!.healed, latency!.instance], [true, true, "all"]);
  assert.deepEqual([cut!.confirmed, cut!.healed, cut!.instance], [false, true, 0]);
  assert.deepEqual([refused!.confirmed, refused!.healed], [true, false]);
  assert.deepEqual([history.plan.faults.length, history.plan.cuts.length], [2, 1]);
  assert.deepEqual(history.view.stalls.map(({ forMs, atMs }) => [forMs, atMs]), [[12, 35]]);
  assert.equal(history.view.lastHealAtMs, undefined);
  assert.equal(history.view.quiet, false);
  assert.deepEqual(told(history, [history.view.instances[0]!.index, history.view.pending[0]!.index]), [
    "instance 0 died",
    "pending lease e1",
  ]);
});

Deno.test("a drawing gives the messages of a conversation, and the view the decisions in it", () => {
  const history = drawn(`
    A  |-deliver(e1)-------------------------------------------------ok|
    A  >parse <described >execute <done <ready !handler >claim@1 <error@1
  `);
  assert.deepEqual(history.view.messages.map((m) => [m.connection, m.message, m.request]), [
    [0, "Parse", 1],
    [0, "RowDescription", 1],
    [0, "Execute", 1],
    [0, "CommandComplete", 1],
    [0, "ReadyForQuery", 1],
    [1, "Query", 1],
    [1, "ErrorResponse", 1],
  ]);
  const [decision, ...more] = history.view.decisions.get(0)!;
  assert.deepEqual(told(history, [decision!.asked, decision!.answered]), [
    "up Execute d1.1",
    "down CommandComplete d1.1",
  ]);
  assert.equal(more.length, 0);
});

Deno.test("a drawing gives what is asked of a debouncer and of a limiter", () => {
  const { view } = drawn(`
    A  |-push(c1/m1)-ok| |-turn(c1/turn)-fail| |-call(k/1)-ok| |-call(k/2)-ok(204)| |-ask(c1)-ok|
  `);
  const [push, turn, call, other, ask] = [...view.operations.values()];
  assert.deepEqual(push!.op, { key: "c1/m1", do: "push" });
  assert.deepEqual(turn!.op, { key: "c1/turn", do: "turn", effectless: true });
  assert.deepEqual(call!.op, { key: "k/1", do: "call", effectless: true });
  assert.deepEqual([call!.settled, other!.settled].map((ok) => ok?.type === "ok" && ok.value), [
    { status: 200 },
    { status: 204 },
  ]);
  assert.deepEqual(ask!.op, { key: "c1", do: "ask", effectless: true });
});

Deno.test("a drawing gives what is noted of batches, and where effects stand in them", () => {
  const { view } = drawn(`
    A  |-push(c1/m1)-ok| |-turn(c1/turn)---------------ok|
    A                        !batch(b1 c1/m1 c1/m2)
    B                        !batch(b1 c1/m1 full attempt=2 token=7) !dead(b2 c1/m3 reason=poison)
                             *effect(c1/m1 in=b1) *effect(c1/m2 in=b1) *sink(c1/m1 in=b1 at=4)
  `);
  const about = { batch: "b1", conversation: "c1" };
  assert.deepEqual(view.notes.map(({ kind, instance, operation, data }) => ({ kind, instance, operation, data })), [
    {
      ...{ kind: "batch", instance: 0, operation: "d2.1" },
      data: { ...about, messages: ["c1/m1", "c1/m2"], attempt: 1, full: false },
    },
    {
      ...{ kind: "batch", instance: 1, operation: undefined },
      data: { ...about, messages: ["c1/m1"], attempt: 2, full: true, token: "7" },
    },
    {
      ...{ kind: "dead", instance: 1, operation: undefined },
      data: { batch: "b2", conversation: "c1", messages: ["c1/m3"], reason: "poison" },
    },
  ]);
  const effects = [...view.keys.values()].flatMap((key) => [...key.effects, ...key.sinks]);
  assert.deepEqual(effects.map(({ data }) => data), [
    { ...about, position: 0 },
    { ...about, position: 4 },
    { ...about, position: 1 },
  ]);
});

Deno.test("a drawing names no operation on the road while several are under way at an instance", () => {
  const history = drawn(`
    A    |-push(c1/m1)-----------ok|
    A     >push          <number >push
    C@0      |-push(c1/m2)--ok|
    C@0       >push
  `);
  assert.deepEqual(history.view.messages.map((m) => [m.message, m.service, m.request, m.operation]), [
    ["EVALSHA push", "redis", 1, "d1.1"],
    ["EVALSHA push", "redis", 2, undefined],
    ["Integer", "redis", 1, undefined],
    ["EVALSHA push", "redis", 3, "d1.1"],
  ]);
});

Deno.test("a drawing that cannot be read is refused with its line", () => {
  assert.throws(() => drawn(`A  |-deliver(e1)-ok| nonsense`), /column 21 of "A {2}\|-deliver/);
});
