/** Nothing outlives the harness, however it ends. */

import assert from "node:assert/strict";
import { runs, until } from "../fixtures/until.ts";
import { Watchdog } from "./watchdog.ts";

Deno.test("nothing outlives a harness that was killed with -9, not even a subject that spins", async () => {
  const harness = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("./fixtures/harness_that_is_killed.ts", import.meta.url).href],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = harness.stdout.getReader();
  const { value } = await reader.read();
  const pids: number[] = JSON.parse(new TextDecoder().decode(value));
  const groups = await membersOf(pids);
  assert.ok(groups.length >= 3, `a spinning process, a program and its child: ${groups}`);
  harness.kill("SIGKILL");
  await harness.status;
  await until(async () => (await Promise.all(groups.map(runs))).every((running) => !running), 3_000);
  await reader.cancel();
});

Deno.test("a watchdog leaves alone what was freed", async () => {
  const child = new Deno.Command("sleep", { args: ["60"], detached: true }).spawn();
  const watchdog = new Watchdog();
  await watchdog.hold(child.pid);
  await watchdog.free(child.pid);
  await watchdog[Symbol.asyncDispose]();
  assert.ok(await runs(child.pid));
  child.kill("SIGKILL");
  await child.status;
});

/** Ids of all processes in these process groups. */
async function membersOf(groups: readonly number[]): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,pgid="] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, group]) => groups.includes(group!))
    .map(([pid]) => pid!);
}
