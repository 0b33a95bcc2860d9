/** What only processes can do: die, spin, flood, and be used again. */

import assert from "node:assert/strict";
import { ask, begin, listening, spec, works } from "./fixtures/listening.ts";
import { runs, until } from "../fixtures/until.ts";
import { processPool } from "./pool.ts";

Deno.test("a process that dies during an operation leaves it unknown, and says its last words without secrets", async () => {
  await using pool = processPool();
  const heard = listening();
  const instance = await begin(pool, spec(works), heard);
  const how = "exited with code 3: error: nothing left to do for postgres://***@127.0.0.1:1/x";
  assert.deepEqual(await ask(instance, "d1.1", { key: "k", does: "exit" }), {
    outcome: "info",
    reason: how,
    because: "died",
  });
  assert.equal(heard.lines.at(-1), `event died ${how}`);
  assert.equal(instance.alive, false);
  assert.equal(await instance.stop(1_000), "died");
});

Deno.test("an unhandled rejection ends the process as it would in production", async () => {
  await using pool = processPool();
  const heard = listening();
  const instance = await begin(pool, spec(works), heard);
  const reply = await ask(instance, "d1.1", { key: "k", does: "reject unheard" });
  assert.ok(reply.outcome === "info" && reply.because === "died");
  assert.match(reply.reason, /^exited with code 1: error: Uncaught \(in promise\) TypeError: nobody listens to this$/);
});

Deno.test("a process that exits at the start is a start that failed, and the next start gets another", async () => {
  await using pool = processPool();
  const heard = listening();
  const start = await pool.start(spec(works, { options: { start: "exit" } }), heard, 5_000);
  assert.deepEqual(start, { failed: "exited with code 7", because: "died" });
  assert.deepEqual(heard.lines, ["event died exited with code 7", "event start_failed exited with code 7"]);
  await begin(pool, spec(works), listening());
});

Deno.test("a process serves one subject after the other, with its modules loaded, and never hears of the earlier one", async () => {
  await using pool = processPool();
  const first = await begin(pool, spec(works), listening());
  await first.stop(5_000);
  const second = await begin(pool, spec(works), listening());
  const reply = await ask(second, "d1.1", { key: "k", does: "answer" });
  assert.equal(second.pid, first.pid);
  assert.equal((reply as { value: { startedHere: number } }).value.startedHere, 2);
  assert.equal((await ask(first, "d1.1", { key: "k", does: "answer" })).outcome, "info");
});

Deno.test("a process that spins is hung when it is asked to stop, is killed, and is not used again", async () => {
  await using pool = processPool();
  const heard = listening();
  const instance = await begin(pool, spec(works), heard);
  const reply = await ask(instance, "d1.1", { key: "k", does: "spin" }, 50);
  assert.ok(reply.outcome === "info" && reply.because === "deadline");
  assert.equal(await instance.stop(100), "hung");
  await until(async () => !(await runs(instance.pid!)));
  assert.notEqual((await begin(pool, spec(works), listening())).pid, instance.pid);
});

Deno.test("a subject that leaves a timer behind has leaked, and its process is not used again", async () => {
  await using pool = processPool();
  const heard = listening();
  const instance = await begin(pool, spec(works), heard);
  await ask(instance, "d1.1", { key: "k", does: "leave a timer" });
  assert.equal(await instance.stop(5_000), "stopped");
  assert.deepEqual(heard.lines.slice(-2), ["event stopped", "event leaked 1 timer was still set"]);
  assert.notEqual((await begin(pool, spec(works), listening())).pid, instance.pid);
});

Deno.test("a process that the wire found connections of is not used again", async () => {
  await using pool = processPool();
  const heard = listening();
  const instance = await begin(pool, spec(works), heard);
  let looks = 0;
  const left = async () => {
    looks++;
    // Whoever is started meanwhile has another process, so that nothing becomes of what is being looked at.
    assert.notEqual((await begin(pool, spec(works), listening())).pid, instance.pid);
    return "2 connections to postgres";
  };
  assert.equal(await instance.stop(5_000, left), "stopped");
  assert.equal(looks, 1);
  assert.equal(heard.lines.at(-1), "event leaked 2 connections to postgres");
  assert.notEqual((await begin(pool, spec(works), listening())).pid, instance.pid);
});

Deno.test("what a subject prints never gets into the protocol", async () => {
  await using pool = processPool();
  const instance = await begin(pool, spec(works), listening());
  assert.deepEqual(await ask(instance, "d1.1", { key: "k", does: "print" }), { outcome: "ok", value: "printed" });
  assert.equal(await instance.stop(5_000), "stopped");
});

Deno.test("more notes than a run may have break the protocol", async () => {
  await using pool = processPool({ limits: { notesPerRunMax: 100 } });
  const heard = listening();
  const instance = await begin(pool, spec(works), heard);
  const reply = await ask(instance, "d1.1", { key: "k", does: "many notes" });
  assert.deepEqual(reply, { outcome: "info", reason: "more than 100 notes in one run", because: "protocol" });
  assert.equal(heard.lines.filter((line) => line.startsWith("note")).length, 100);
});

Deno.test("a warmed pool has its processes ready, and has as many again after one was lost", async () => {
  await using pool = processPool();
  await pool.warm(2);
  assert.equal((await hostsOfOurs()).length, 2);
  const instance = await begin(pool, spec(works), listening());
  assert.equal((await hostsOfOurs()).length, 2);
  instance.kill();
  await until(async () => {
    const hosts = await hostsOfOurs();
    return hosts.length === 2 && !hosts.includes(instance.pid!);
  });
});

Deno.test("disposing of a pool leaves no process, not even one that spins", async () => {
  const pool = processPool();
  await pool.warm(2);
  const instance = await begin(pool, spec(works), listening());
  void ask(instance, "d1.1", { key: "k", does: "spin" }, 60_000);
  await pool[Symbol.asyncDispose]();
  await until(async () => !(await runs(instance.pid!)));
  const start = await pool.start(spec(works), listening(), 1_000);
  assert.ok("failed" in start && start.failed === "the pool is closed");
});

/** Ids of the running host processes that this process has started. */
async function hostsOfOurs(): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,stat=,args="] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, state]) => parent === String(Deno.pid) && !state!.startsWith("Z"))
    .filter((words) => words.some((word) => word.endsWith("/host.ts")))
    .map(([pid]) => Number(pid));
}
