/**
 * Whether the starter of something still runs.
 */
import assert from "node:assert/strict";
import { harnessIdentity, isRunning } from "./harness_identity.ts";

Deno.test("this process runs, one that ended does not, and of another machine's nothing is known", async () => {
  const identity = await harnessIdentity();
  assert.match(identity, /^\d+ \S+ \S+$/);
  assert.equal(await isRunning(identity), true);
  const [pid, birth, machine] = identity.split(" ");
  assert.equal(await isRunning(`${pid} ${birth}0 ${machine}`), false, "its number is used again");
  const other = new Deno.Command(Deno.execPath(), { args: ["eval", ""] }).spawn();
  await other.status;
  assert.equal(await isRunning(`${other.pid} ${birth} ${machine}`), false);
  assert.equal(await isRunning(`${pid} ${birth} another-machine`), undefined);
});
