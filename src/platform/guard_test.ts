/**
 * What has to happen when the harness is gone happens, whatever way it went.
 */
import assert from "node:assert/strict";
import { eventually } from "./fixtures/sessions.ts";
import { Guard } from "./guard.ts";

const env = { PATH: Deno.env.get("PATH") ?? "" };

Deno.test("a guard clears up when it is told to, once", async () => {
  const file = await Deno.makeTempFile();
  const guard = await Guard.start({ command: ["sh", "-c", `echo cleared >>"$0"`, file], env, msMax: 5_000 });
  assert.equal(await Deno.readTextFile(file), "");
  await Promise.all([guard.end(), guard.end()]);
  assert.equal(await Deno.readTextFile(file), "cleared\n");
  await Deno.remove(file);
});

Deno.test("a guard clears up when its harness is killed with -9", async () => {
  const file = await Deno.makeTempFile();
  const code = `
    import { Guard } from ${JSON.stringify(new URL("./guard.ts", import.meta.url).href)};
    await Guard.start({ command: ["sh", "-c", 'echo cleared >>"$0"', ${JSON.stringify(file)}], env: ${
    JSON.stringify(env)
  }, msMax: 5000 });
    console.log("watched");
    setInterval(() => {}, 1000);`;
  const harness = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" }).spawn();
  const reader = harness.stdout.getReader();
  await reader.read();
  harness.kill("SIGKILL");
  await harness.status;
  await eventually("it cleared up", async () => await Deno.readTextFile(file) === "cleared\n");
  await reader.cancel();
  await Deno.remove(file);
});

Deno.test("a guard whose command fails tells what the command said", async () => {
  const guard = await Guard.start({ command: ["sh", "-c", "echo no leave; exit 3"], env, msMax: 5_000 });
  await assert.rejects(guard.end(), /no leave/);
});

Deno.test("a guard whose command hangs is not waited for for ever", async () => {
  const guard = await Guard.start({ command: ["sleep", "2"], env, msMax: 100 });
  await assert.rejects(guard.end(), /took longer than 100 ms/);
});
