/** client_pause on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Injected } from "../core/fault.ts";
import { disturbedRedis, ownRedis, replyTo } from "../testing/disturbed_redis.ts";
import { tookMs } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { clientPause } from "./client_pause.ts";

const { toxiproxyUrl } = await testStack();
const server = await ownRedis({ requirepass: "of-the-test" });
const services = { redisUrl: server.url, toxiproxyUrl, server };

for (const commands of ["writes", "all"] as const) {
  Deno.test(`client_pause puts ${commands} off, and does them as soon as it heals`, async () => {
    await using road = await disturbedRedis(services);
    const [writer, reader] = [road.client(), road.client()];
    await Promise.all([writer.ping(), reader.ping()]);
    const injected = await clientPause.inject(road.target, { commands });
    const asked = writer.set(`${road.prefix}late`, 1);
    const read = reader.get(`${road.prefix}late`);
    assert.equal(await replyTo(asked, 60), "nothing");
    assert.deepEqual(await replyTo(read, 60), commands === "all" ? "nothing" : { value: null });
    const seen = commands === "all" ? /^2 connections had a command put off \((set, get|get, set)\)$/ : /^1 .*\(set\)$/;
    await untilShown(injected, seen);
    assert.ok(await tookMs(injected[Symbol.asyncDispose]()) < 1_000, "the pause would have ended by itself");
    assert.deepEqual(await replyTo(asked, 1_000), { value: "OK" });
    await road.assertClean();
    await injected[Symbol.asyncDispose](); // for the second time
  });
}

Deno.test("client_pause does later what its sender has given up, and drops what came on a connection that ended", async () => {
  await using road = await disturbedRedis(services);
  const [patient, gone] = [road.client(), road.client()];
  const { redis, links } = road.target;
  const connections = async () => String(await redis.client("LIST")).split(` user=${links[0]!.user} `).length - 1;
  await Promise.all([patient.ping(), gone.ping()]);
  {
    await using injected = await clientPause.inject(road.target, { commands: "writes" });
    assert.equal(await replyTo(patient.set(`${road.prefix}patient`, 1), 40), "nothing");
    assert.equal(await replyTo(gone.set(`${road.prefix}gone`, 1), 40), "nothing");
    await untilShown(injected, /^2 connections had a command put off \(set\)$/);
    gone.disconnect();
    const signal = AbortSignal.timeout(2_000);
    while (await connections() > 1) await pause(5, undefined, { signal });
  }
  assert.equal(await redis.get(`${road.prefix}patient`), "1");
  assert.equal(await redis.get(`${road.prefix}gone`), null);
});

Deno.test("client_pause puts scripts off like writes", async () => {
  await using road = await disturbedRedis(services);
  const client = road.client();
  await client.ping();
  await using injected = await clientPause.inject(road.target, { commands: "writes" });
  assert.equal(await replyTo(client.eval("return 1", 0), 40), "nothing");
  await untilShown(injected, /^1 connections had a command put off \(eval\)$/);
});

Deno.test("client_pause is not confirmed when nothing was put off, and not by a command that waits by itself", async () => {
  await using road = await disturbedRedis(services);
  const [reader, waiter] = [road.client(), road.client()];
  const asked = replyTo(waiter.blpop(`${road.prefix}nothing`, 1), 2_000);
  assert.equal(await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 30, "waits"))]), "waits");
  {
    await using injected = await clientPause.inject(road.target, { commands: "writes" });
    await reader.get(`${road.prefix}x`);
    const what = "no command was seen to be put off";
    assert.deepEqual(await injected.evidence(), { confirmed: false, what });
  }
  assert.deepEqual(await asked, { value: null });
});

Deno.test("client_pause is not confirmed when it was ended behind its back", async () => {
  await using road = await disturbedRedis(services);
  await using injected = await clientPause.inject(road.target, { commands: "writes" });
  await road.target.redis.client("UNPAUSE");
  await road.client().set(`${road.prefix}x`, 1);
  assert.equal((await injected.evidence()).confirmed, false);
});

Deno.test("client_pause never strikes a shared server, and shrinks towards writes alone", async () => {
  await using road = await disturbedRedis(services);
  const shared = { ...road.target, server: undefined };
  await assert.rejects(clientPause.inject(shared, { commands: "all" }), /shares its server with others/);
  const aborted = { ...road.target, signal: AbortSignal.abort(new Error("over")) };
  await assert.rejects(clientPause.inject(aborted, { commands: "all" }), /^Error: over$/);
  await road.assertClean();
  const { counterexample } = fc.check(fc.property(clientPause.severity, () => false));
  assert.deepEqual(counterexample, [{ commands: "writes" }]);
});

/** Waits until the evidence is what it has to be, and confirms. */
async function untilShown(injected: Injected, what: RegExp): Promise<void> {
  const deadline = performance.now() + 2_000;
  let evidence = await injected.evidence();
  while (!what.test(evidence.what) && performance.now() < deadline) {
    await pause(5);
    evidence = await injected.evidence();
  }
  assert.match(evidence.what, what);
  assert.ok(evidence.confirmed);
}
