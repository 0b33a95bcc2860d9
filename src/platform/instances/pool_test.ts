/** Both pools keep the same promises: processes of the operating system, and instances inside. */

import assert from "node:assert/strict";
import { insidePool, type InstancePool, processPool } from "./pool.ts";
import { openSink } from "../sink.ts";
import { ask, begin, listening, spec, works } from "./fixtures/listening.ts";

const pools: [string, () => InstancePool][] = [["a process", () => processPool()], ["inside", () => insidePool()]];

for (const [where, make] of pools) {
  Deno.test(`an instance (${where}) answers, refuses and throws, each as a reply`, async () => {
    await using pool = make();
    const instance = await begin(pool, spec(works), listening());
    const answer = await ask(instance, "d1.1", { key: "k", does: "answer" });
    assert.equal(answer.outcome, "ok");
    assert.equal((answer as { value: { token: string } }).value.token, "7", "a bigint is a string on the line");
    assert.deepEqual(await ask(instance, "d1.2", { key: "k", does: "refuse" }), {
      outcome: "fail",
      reason: "too large",
      final: true,
    });
    assert.deepEqual(await ask(instance, "d1.3", { key: "copy", does: "refuse" }), {
      outcome: "fail",
      reason: "busy",
      final: false,
    });
    assert.deepEqual(await ask(instance, "d1.4", { key: "k", does: "throw" }), {
      outcome: "info",
      reason: "lost postgres://***@127.0.0.1:1/x",
      because: "thrown",
    });
    assert.equal(await instance.stop(5_000), "stopped");
    assert.equal(instance.alive, false);
  });

  Deno.test(`notes of an instance (${where}) come in order and before the outcome that follows them`, async () => {
    await using pool = make();
    const heard = listening();
    const instance = await begin(pool, spec(works), heard);
    await ask(instance, "d1.1", { key: "k", does: "notes" }).then(() => heard.lines.push("reply"));
    await instance.stop(5_000);
    assert.deepEqual(heard.lines, [
      'note begun {"token":"12345678901234567890"}',
      "event started",
      ...[0, 1, 2, 3, 4].map((n) => `note step ${n} d1.1`),
      "reply",
      "event stopped",
    ]);
  });

  Deno.test(`a start that throws (${where}) is a value with a masked first line and the cause's code`, async () => {
    await using pool = make();
    const heard = listening();
    const start = await pool.start(spec(works, { options: { start: "throw" } }), heard, 5_000);
    assert.deepEqual(start, {
      failed: "the table at postgres://***@127.0.0.1:1/x has no constraint",
      code: "MISSING_CONSTRAINT",
      because: "thrown",
    });
    assert.deepEqual(heard.lines, ["event start_failed the table at postgres://***@127.0.0.1:1/x has no constraint"]);
  });

  Deno.test(`a module that is no subject (${where}) is a start that failed`, async () => {
    await using pool = make();
    const module = new URL("./limits.ts", import.meta.url);
    const start = await pool.start(spec({ module }), listening(), 5_000);
    assert.ok("failed" in start && start.because === "thrown");
    assert.match(start.failed, /limits\.ts: it does not export "hosted"/);
  });

  Deno.test(`a start that takes too long (${where}) ends at its deadline`, async () => {
    await using pool = make();
    const start = await pool.start(spec(works, { options: { start: "wait for ever" } }), listening(), 700);
    assert.ok("failed" in start && start.because === "deadline");
  });

  Deno.test(`an operation (${where}) is info at its deadline, is cancelled, and its late answer is ignored`, async () => {
    await using pool = make();
    const instance = await begin(pool, spec(works), listening());
    assert.deepEqual(await ask(instance, "d1.1", { key: "k", does: "wait", forMs: 60_000 }, 30), {
      outcome: "info",
      reason: "did not answer within 30 ms",
      because: "deadline",
    });
    const next = await ask(instance, "d1.2", { key: "k", does: "wait", forMs: 1 });
    assert.deepEqual(next, { outcome: "ok", value: "waited" });
    assert.equal(await instance.stop(5_000), "stopped", "the cancelled call has settled");
  });

  Deno.test(`a call that does not settle although cancelled (${where}) makes its instance hung`, async () => {
    await using pool = make();
    const heard = listening();
    const instance = await begin(pool, spec(works), heard);
    await ask(instance, "d1.1", { key: "k", does: "wait for ever" }, 10);
    assert.equal(await instance.stop(50), "hung");
    assert.equal(heard.lines.at(-1), "event hung did not end its work within 50 ms, with d1.1 under way");
    await begin(pool, spec(works), listening());
  });

  Deno.test(`a killed instance (${where}) leaves its operations unknown`, async () => {
    await using pool = make();
    const heard = listening();
    const instance = await begin(pool, spec(works), heard);
    const reply = ask(instance, "d1.1", { key: "k", does: "wait for ever" });
    instance.kill();
    assert.deepEqual(await reply, { outcome: "info", reason: "killed by the harness", because: "died" });
    assert.equal(heard.lines.at(-1), "event died killed by the harness");
    assert.equal(instance.alive, false);
    assert.equal(await instance.stop(50), "died");
    assert.equal((await instance.invoke("d1.2", { key: "k" }, 50)).outcome, "info");
  });

  Deno.test(`an instance (${where}) sees its own world`, async () => {
    await using pool = make();
    const given = spec(works, { instance: 2, clockOffsetMs: 60_000, options: { a: [1] } });
    const instance = await begin(pool, given, listening());
    const reply = await ask(instance, "d1.1", { key: "k", does: "tell the world" });
    const { value } = reply as { value: Record<string, unknown> };
    assert.equal(value.instance, 2);
    assert.deepEqual(value.namespace, { schema: "s", prefix: "p" });
    assert.deepEqual(value.options, { a: [1] });
    assert.equal(value.url, given.urls.postgres);
    assert.ok(Math.abs((value.aheadMs as number) - 60_000) < 1_000);
  });

  Deno.test(`an effect of an instance (${where}) is recorded by the sink before the operation is answered`, async () => {
    await using sink = await openSink();
    const lines: string[] = [];
    const run = sink.run("p", { policy: "fence", record: (entry) => void lines.push(JSON.stringify(entry)) });
    await using pool = make();
    const instance = await begin(pool, spec(works, { sink: run.url, instance: 1 }), listening());
    await ask(instance, "d1.1", { key: "k", does: "sink" }).then((reply) => lines.push(JSON.stringify(reply)));
    assert.deepEqual(lines, [
      '{"instance":1,"operation":"d1.1","key":"k","token":"3","data":{"paid":1},"answer":"accepted"}',
      '{"outcome":"ok","value":"accepted"}',
    ]);
    run.close();
    const late = await ask(instance, "d1.2", { key: "k", does: "sink" });
    assert.ok(late.outcome === "info" && late.because === "thrown");
    assert.match(late.reason, /^Cannot make the effect: the sink answered 410: the run of this effect is over/);
  });
}
