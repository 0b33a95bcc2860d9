/** Programs in other languages as instances: started, asked, and ended with all that they started. */

import assert from "node:assert/strict";
import type { Operation } from "../../core/plan.ts";
import { begin, listening, speaks, spec } from "./fixtures/listening.ts";
import { runs, until } from "../fixtures/until.ts";
import { type PoolOptions, processPool, type Reply } from "./pool.ts";

const op: Operation = { key: "k" };

Deno.test("a program in another language is a subject, and ends with its run", async () => {
  await using pool = processPool();
  const heard = listening();
  const instance = await begin(pool, spec(speaks()), heard);
  assert.deepEqual(await instance.invoke("d1.1", op, 5_000), { outcome: "ok", value: "d1.1" });
  assert.equal(await instance.stop(5_000), "stopped");
  assert.equal(await runs(instance.pid!), false);
  assert.deepEqual(heard.lines, ["event started", "event stopped"]);
});

/** What comes of one operation of a program that misbehaves, and the last thing heard of it. */
async function misbehaving(
  how: string,
  options: PoolOptions = {},
): Promise<{ reply: Reply; event: string | undefined }> {
  await using pool = processPool(options);
  const heard = listening();
  const instance = await begin(pool, spec(speaks(how)), heard);
  const reply = await instance.invoke("d1.1", op, 10_000);
  assert.equal(instance.alive, reply.outcome === "ok");
  await until(async () => reply.outcome === "ok" || !(await runs(instance.pid!)));
  return { reply, event: heard.lines.at(-1) };
}

const breaches: [string, string, RegExp, PoolOptions?][] = [
  ["prints junk", "junk", /^it is not JSON: Listening on postgres:\/\/\*\*\*@127\.0\.0\.1:1\/x$/],
  ["writes a line without end", "long", /^a line is longer than 1048576 bytes: x{300}\.\.\.$/],
  ["floods with lines", "lines", /^more than (50000 lines|33554432 bytes) on standard output within one second$/],
  ["floods standard error", "errors", /^more than 33554432 bytes on standard error within one second$/],
  [
    "names an unknown operation",
    "unknown",
    /^an outcome for an operation that was not asked for.*: \{"type":"outcome","oper/,
  ],
  ["leaves out a field", "incomplete", /^an outcome is one of ok, fail and info: /],
  ["closes its output and stays", "silent", /^it closed its standard output and goes on running$/],
];

for (const [what, how, reason, options] of breaches) {
  Deno.test(`a program that ${what} breaks the protocol, and is ended`, async () => {
    const { reply, event } = await misbehaving(how, options);
    assert.ok(reply.outcome === "info" && reply.because === "protocol", JSON.stringify(reply));
    assert.match(reply.reason, reason);
    assert.equal(event, `event broke ${reply.reason}`);
  });
}

Deno.test("a second outcome breaks the protocol; the first one stands", async () => {
  await using pool = processPool();
  const heard = listening();
  const instance = await begin(pool, spec(speaks("twice")), heard);
  assert.equal((await instance.invoke("d1.1", op, 5_000)).outcome, "ok");
  await until(() => !instance.alive);
  assert.match(heard.lines.at(-1)!, /^event broke an outcome for an operation that was not asked for, or has had its/);
});

Deno.test("a program that does not read its input is bounded in what waits for it", async () => {
  await using pool = processPool({ limits: { unreadBytesMax: 300_000 } });
  const instance = await begin(pool, spec(speaks("deaf")), listening());
  const large = { key: "k".repeat(200_000) };
  const replies = await Promise.all(
    ["d1.1", "d2.1", "d3.1"].map((operation) => instance.invoke(operation, large, 5_000)),
  );
  for (const reply of replies) assert.ok(reply.outcome === "info" && reply.because === "protocol");
});

Deno.test("an operation too long for a line is a reply, and harms nothing", async () => {
  await using pool = processPool();
  const instance = await begin(pool, spec(speaks()), listening());
  const reply = await instance.invoke("d1.1", { key: "k".repeat(2 << 20) }, 5_000);
  assert.ok(reply.outcome === "info" && reply.because === "protocol");
  assert.equal((await instance.invoke("d1.2", op, 5_000)).outcome, "ok");
});

Deno.test("a late outcome of a program is ignored, and the next operation goes on", async () => {
  await using pool = processPool();
  const instance = await begin(pool, spec(speaks("late")), listening());
  const reply = await instance.invoke("d1.1", op, 20);
  assert.ok(reply.outcome === "info" && reply.because === "deadline");
  assert.deepEqual(await instance.invoke("d1.2", op, 5_000), { outcome: "ok", value: "d1.2" });
  assert.equal(await instance.stop(5_000), "stopped");
});

const starts: [string, string, string, RegExp][] = [
  ["never greets", "never greets", "deadline", /^did not say hello within 300 ms$/],
  ["exits at once", "exits at once", "died", /^exited with code 4: Error: no such database$/],
  ["speaks another version", "speaks version 9", "protocol", /^it speaks version 9 of the protocol, the harness 1: /],
];

for (const [what, how, because, failed] of starts) {
  Deno.test(`a program that ${what} is a start that failed`, async () => {
    await using pool = processPool({ limits: { helloWithinMs: because === "deadline" ? 300 : 10_000 } });
    const heard = listening();
    const start = await pool.start(spec(speaks(how)), heard, 10_000);
    assert.ok("failed" in start && start.because === because, JSON.stringify(start));
    assert.match(start.failed, failed);
    assert.equal(heard.lines.at(-1), `event start_failed ${start.failed}`);
  });
}

Deno.test("a program that is not there is a start that failed", async () => {
  await using pool = processPool();
  const start = await pool.start(spec({ command: ["no-such-program-anywhere"] }), listening(), 5_000);
  assert.ok("failed" in start && start.because === "died");
  assert.match(start.failed, /^cannot run no-such-program-anywhere: /);
});

Deno.test("a program that has stopped but does not exit is hung", async () => {
  await using pool = processPool();
  const heard = listening();
  const instance = await begin(pool, spec(speaks("stays")), heard);
  assert.equal(await instance.stop(300), "hung");
  assert.deepEqual(heard.lines.slice(-2), ["event stopped", "event hung did not exit within 300 ms"]);
  await until(async () => !(await runs(instance.pid!)));
});

Deno.test("a killed program takes the processes that it started with it", async () => {
  await using pool = processPool();
  const heard = listening();
  const instance = await begin(pool, spec(speaks("parent")), heard);
  await instance.invoke("d1.1", op, 5_000);
  const grandchild = Number(heard.lines.find((line) => line.startsWith("note child"))?.split(" ")[2]);
  assert.ok(await runs(grandchild));
  instance.kill();
  await until(async () => !(await runs(grandchild)));
});
