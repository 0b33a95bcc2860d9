/** The Redis client on a real Redis: what a call answers on good and bad roads, and that no command is ever sent twice. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { blackHole, Relay } from "./dedupe/fixtures/relay.ts";
import { OutcomeUnknown, StoreUnavailable } from "./errors.ts";
import { cutAfter } from "./fixtures/cut.ts";
import { RedisStage, until } from "./fixtures/redis_stage.ts";
import { loadScript, openRedis, type Script } from "./redis.ts";

const scripted = (name: string, body: string): Script => {
  const lua = `-- ${name}: of a test\n${body}`;
  return { name, lua, sha1: createHash("sha1").update(lua).digest("hex") };
};
const count = scripted("count", "return redis.call('incr', KEYS[1])");
const echo = scripted("echo", "return {KEYS[1], ARGV[1], #ARGV[1], false, 7}");
const deadlineMs = 300;

/** Fails unless the work rejects with this kind of error within the deadline and a little. */
async function rejectsInTime(
  work: Promise<unknown>,
  kind: new (...args: never[]) => Error,
  msMax = deadlineMs + 1_000,
) {
  const startedAtMs = performance.now();
  await assert.rejects(work, kind);
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs <= msMax, `took ${tookMs} ms`);
}

Deno.test("a script gets its keys and arguments as they are, bytes too, and its reply comes back", async () => {
  await using stage = new RedisStage();
  await using redis = await openRedis({ url: stage.url, deadlineMs }, [echo]);
  const odd = `${stage.prefix}{a} b\n\0é`;
  assert.deepEqual(await redis.run(echo, [odd], ["ä\r\n"]), [odd, "ä\r\n", 4, null, 7]);
  assert.deepEqual(await redis.run(echo, [odd], [new Uint8Array([0, 65, 66]).subarray(1)]), [odd, "AB", 2, null, 7]);
  assert.deepEqual(await redis.run(echo, [odd], [""]), [odd, "", 0, null, 7]);
  assert.deepEqual(await redis.run(echo, [odd], [12]), [odd, "12", 2, null, 7]);
});

Deno.test("a script that the server does not know is sent by its text, and runs once", async () => {
  await using stage = new RedisStage();
  await using redis = await openRedis({ url: stage.url, deadlineMs }, []);
  const unheard = scripted("unheard", `return redis.call('incr', KEYS[1]) -- ${stage.prefix}`);
  assert.equal(await redis.run(unheard, [`${stage.prefix}n`], []), 1);
  assert.equal(await redis.run(unheard, [`${stage.prefix}n`], []), 2);
});

Deno.test("all calls share one connection, which is there before the first call and gone after the last", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const redis = await openRedis({ url, deadlineMs: 5_000 }, [count]);
  const replies = await Promise.all(Array.from({ length: 500 }, () => redis.run(count, [`${stage.prefix}n`], [])));
  assert.deepEqual(replies, Array.from({ length: 500 }, (_, n) => n + 1));
  const late = redis.run(count, [`${stage.prefix}n`], []);
  await redis.close();
  assert.equal(await late, 501);
  await assert.rejects(redis.run(count, [`${stage.prefix}n`], []), StoreUnavailable);
  assert.equal(relay.accepted, 1);
  await until("the relay has no open connection", () => relay.pairs.every(({ client }) => client.destroyed));
});

Deno.test("a Redis that cannot be reached, and one that says nothing, are StoreUnavailable within the deadline", async () => {
  const sockets: { destroy(): void }[] = [];
  const silent = createServer((socket) => sockets.push(socket.on("error", () => {})));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  await rejectsInTime(openRedis({ url: `redis://127.0.0.1:${port}`, deadlineMs }, [count]), StoreUnavailable);
  sockets.forEach((socket) => socket.destroy());
  await new Promise((resolve) => silent.close(resolve));
  await rejectsInTime(openRedis({ url: `redis://127.0.0.1:${port}`, deadlineMs }, [count]), StoreUnavailable);
});

Deno.test("a lost reply is OutcomeUnknown within the deadline, costs the socket, and nothing is sent again", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const said: string[] = [];
  await using redis = await openRedis({ url, deadlineMs, log: ({ event }) => said.push(event) }, [count]);
  relay.gate = (chunk, way) => way === "down" ? undefined : chunk;
  const keys = ["a", "b", "c"].map((name) => stage.prefix + name);
  const began = performance.now();
  await Promise.all(keys.map((key) => rejectsInTime(redis.run(count, [key], []), OutcomeUnknown)));
  assert.ok(performance.now() - began >= deadlineMs - 20);
  assert.deepEqual(said, ["connection_hung"]);
  relay.gate = (chunk) => chunk;
  assert.equal(await redis.run(count, [`${stage.prefix}d`], []), 1);
  assert.equal(relay.accepted, 2);
  assert.deepEqual(await stage.truth.mget(...keys), ["1", "1", "1"]);
});

Deno.test("in a black hole a call on the open socket is unknown, and one that needs a new socket did nothing", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using redis = await openRedis({ url, deadlineMs }, [count]);
  relay.gate = blackHole;
  await rejectsInTime(redis.run(count, [`${stage.prefix}n`], []), OutcomeUnknown);
  await rejectsInTime(redis.run(count, [`${stage.prefix}n`], []), StoreUnavailable);
  assert.equal(await stage.truth.get(`${stage.prefix}n`), null);
});

Deno.test("wherever the road is cut, what the call says of itself is true and the script ran once at most", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using redis = await openRedis({ url, deadlineMs: 2_000 }, [count]);
  const seen = new Set<string>();
  for (let n = 0; n < 140; n++) {
    const key = `${stage.prefix}${n}`;
    await redis.run(count, [`${stage.prefix}warm`], []);
    cutAfter(relay, n % 2 === 0 ? "up" : "down", n >> 1);
    const outcome = await redis.run(count, [key], []).then(() => "ok", (error) => error.constructor.name);
    relay.gate = (chunk) => chunk;
    // A request that was cut in the middle, or whose reply was, may be at the server yet: ask behind it.
    await until(
      "the server has dropped the connection",
      () => relay.pairs.slice(0, -1).every((pair) => pair.server.destroyed),
    );
    const runs = Number(await stage.truth.get(key) ?? 0);
    if (outcome === "ok") assert.equal(runs, 1, `cut ${n}`);
    else if (outcome === "StoreUnavailable") assert.equal(runs, 0, `cut ${n}`);
    else assert.deepEqual([outcome, runs <= 1], ["OutcomeUnknown", true], `cut ${n}`);
    seen.add(`${outcome} ${runs}`);
  }
  assert.deepEqual([...seen].sort(), ["OutcomeUnknown 0", "OutcomeUnknown 1", "ok 1"]);
});

Deno.test("a connection that the server ends is opened again by the next call", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using redis = await openRedis({ url, deadlineMs }, [count]);
  for (let n = 1; n <= 3; n++) {
    assert.equal(await redis.run(count, [`${stage.prefix}n`], []), n);
    relay.cut(n - 1);
    await until("the client has heard of it", () => relay.pairs[n - 1]!.client.destroyed);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(relay.accepted, 3);
});

Deno.test("a call that was let go by its deadline is dropped by the server, if that had not read it yet", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using redis = await openRedis({ url, deadlineMs }, [count]);
  let reset = "";
  relay.pairs[0]!.client.on("error", (error: Error & { code?: string }) => reset = error.code ?? "");
  relay.gate = (chunk, way) => way === "down" && chunk.length > 0 ? undefined : chunk;
  await assert.rejects(redis.run(count, [`${stage.prefix}n`], []), OutcomeUnknown);
  await until("the socket was reset and not closed in order", () => reset === "ECONNRESET");
});

Deno.test("an error in the middle of a script surfaces unchanged, with none of the call's words", async () => {
  await using stage = new RedisStage();
  const half = scripted("half", "redis.call('set', KEYS[1], 'x') return redis.call('rpush', KEYS[1], ARGV[1])");
  await using redis = await openRedis({ url: stage.url, deadlineMs }, [half]);
  const error = await redis.run(half, [`${stage.prefix}k`], ["hush"]).then(() => assert.fail(), (thrown) => thrown);
  assert.equal(error.name, "ReplyError");
  assert.match(error.message, /^WRONGTYPE|WRONGTYPE/);
  assert.equal(await stage.truth.get(`${stage.prefix}k`), "x");
  assert.doesNotMatch(Deno.inspect(error, { depth: 9 }), /hush/);
});

Deno.test("more calls than may be in flight are refused at once", async () => {
  await using stage = new RedisStage();
  await using redis = await openRedis({ url: stage.url, deadlineMs, inFlightMax: 2 }, [count]);
  const key = `${stage.prefix}n`;
  const settled = await Promise.allSettled([1, 2, 3].map(() => redis.run(count, [key], [])));
  assert.deepEqual(settled.map(({ status }) => status), ["fulfilled", "fulfilled", "rejected"]);
  assert.equal(await stage.truth.get(key), "2");
});

Deno.test("options that cannot work are refused, and a script whose first line is not its name", async () => {
  for (const wrong of [0, -1, NaN, Infinity, 1.5]) {
    await assert.rejects(openRedis({ url: "redis://127.0.0.1", deadlineMs: wrong }, []), TypeError);
  }
  for (
    const url of [
      "",
      "localhost",
      "http://127.0.0.1",
      "redis://",
      "redis://127.0.0.1/x",
      "redis://:secret@127.0.0.1/a/b",
      "redis://:50%secret@127.0.0.1",
    ]
  ) {
    const error = await openRedis({ url, deadlineMs }, []).then(() => assert.fail(url), (thrown) => thrown);
    assert.ok(error instanceof TypeError);
    assert.doesNotMatch(error.message, /secret/);
  }
  assert.throws(() => loadScript(new URL("./redis.ts", import.meta.url)), TypeError);
});
