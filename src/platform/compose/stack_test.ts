/**
 * The stack `compose` on a real engine: brought up and taken down by the session, or left standing with nothing of ours in it.
 */
import assert from "node:assert/strict";
import { findEngine } from "../containers/engine.ts";
import { hasImage, images } from "../containers/images.ts";
import { beginSession, eventually, guardsOf } from "../fixtures/sessions.ts";
import { traces } from "../fixtures/traces.ts";
import { runProgram } from "../native/run_program.ts";
import { addresses, composeFile } from "./addresses.ts";
import { findCompose } from "./command.ts";
import { look } from "./look.ts";
import { useCompose } from "./stack.ts";

const [engine, compose, before] = await Promise.all([findEngine(), findCompose(), look()]);
const here = typeof engine !== "string" && typeof compose !== "string" &&
  (await Promise.all(Object.values(images).map((image) => hasImage(engine, image)))).every(Boolean) &&
  // Services of somebody else must not be taken down for a test.
  Object.keys(before.versions).length === 0;

const options = {
  session: crypto.randomUUID().slice(0, 8),
  services: ["postgres", "redis"] as const,
  lanes: 2,
  instances: 3,
  signal: AbortSignal.timeout(60_000),
};
const standing = async () => Object.keys((await look()).versions).length;

Deno.test({
  name:
    "compose services that do not stand are brought up, are not shared, and go even if the harness is killed with -9",
  ignore: !here,
  async fn() {
    await using session = await beginSession("compose");
    assert.match(session.why, /brought up for this session/);
    await assert.rejects(useCompose({ ...options, say: () => {} }), /another session brought them up/);
    await session.kill("SIGKILL");
    await eventually("none stands", async () => await standing() === 0);
  },
});

Deno.test({
  name: "compose services that stand are left standing, with nothing of ours in them, however the session ends",
  ignore: !here,
  async fn() {
    assert.ok(typeof compose !== "string");
    const [command = "", ...words] = compose.words;
    // As people would do it, but for a name that is not theirs.
    const byHand = [...words, "-p", "nevertwice_test", "-f", composeFile];
    const run = (...args: string[]) => runProgram({ command, args: [...byHand, ...args], deadlineMs: 60_000 });
    try {
      // The engine may not have given back all ports yet.
      await eventually("they are brought up", async () => (await run("up", "-d")).ok, 30_000);
      await eventually("all stand", async () => await standing() === 3, 30_000);
      await using ended = await beginSession("compose");
      assert.match(ended.why, /stood already/);
      assert.equal((await traces(addresses, ended.session)).length > 3, true, "a session leaves traces while it runs");
      await ended.tell("end");
      assert.deepEqual(await traces(addresses, ended.session), []);

      await using killed = await beginSession("compose");
      await killed.kill("SIGKILL");
      await eventually("nothing of it is left", async () => (await traces(addresses, killed.session)).length === 0);

      await using swept = await beginSession("compose");
      for (const pid of await guardsOf(swept.session)) Deno.kill(pid, "SIGKILL");
      await swept.kill("SIGKILL");
      assert.notDeepEqual(await traces(addresses, swept.session), []);
      await using next = await beginSession("compose");
      assert.deepEqual(await traces(addresses, swept.session), [], "the next session swept");
      await next.tell("end");
      assert.equal(await standing(), 3);
    } finally {
      await run("down", "-v", "-t", "1");
    }
  },
});
