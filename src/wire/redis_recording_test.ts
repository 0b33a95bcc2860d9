/** Real conversations of npm:ioredis with a real Redis, in both versions of its protocol, as the wire writes them down. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { redisClient } from "../testing/redis_client.ts";
import { testStack } from "../testing/stack.ts";
import { eventually, wired } from "../testing/wired.ts";

const { redisUrl } = await testStack();
const key = (name: string) => `wire_${name}_${crypto.randomUUID().slice(0, 8)}`;
const push = `-- push: adds a message to a list
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('LLEN', KEYS[1])`;

for (const protocol of [2, 3] as const) {
  Deno.test(`a conversation of npm:ioredis in RESP ${protocol} is recorded command by command, without keys and values`, async () => {
    await using road = await wired(redisUrl);
    const secret = key("secret");
    await using client = await redisClient(road.url, { protocol, disableClientInfo: false, enableReadyCheck: true });
    await client.ping();
    const connecting = road.messages();
    assert.deepEqual([...new Set(connecting.map((m) => m.request))], [0]);
    assert.equal(connecting.some((m) => m.message === "HELLO"), protocol === 3);
    assert.ok(connecting.some((m) => m.message === "CLIENT SETINFO") && connecting.some((m) => m.message === "INFO"));

    road.wire.begin("d1.1");
    await client.set(secret, "my secret", "EX", 10);
    assert.equal(await client.get(secret), "my secret");
    assert.equal(await client.get(`${secret}none`), null);
    await client.hset(`${secret}h`, "field", "my secret");
    assert.deepEqual(await client.hgetall(`${secret}h`), { field: "my secret" });
    await assert.rejects(client.incr(`${secret}h`), /WRONGTYPE/);
    await client.del(secret, `${secret}h`);
    road.wire.end("d1.1");
    const during = road.messages().filter((m) => m.operation === "d1.1");
    assert.deepEqual(during.map((m) => `${m.request} ${m.direction} ${m.message}${m.last ? " last" : ""}`), [
      "1 up SET",
      "1 down SimpleString last",
      "2 up GET",
      "2 down BulkString last",
      "3 up GET",
      "3 down Null last",
      "4 up HSET",
      "4 down Integer last",
      "5 up HGETALL",
      `5 down ${protocol === 3 ? "Map" : "Array"} last`,
      "6 up INCR",
      "6 down Error last",
      "7 up DEL",
      "7 down Integer last",
    ]);
    assert.deepEqual(during.filter((m) => m.error).map((m) => [m.request, m.text]), [[6, "WRONGTYPE"]]);
    assert.ok(!/secret|field|wire_/.test(JSON.stringify(road.entries)));
    assert.deepEqual(road.wire.connections().map(({ idle, backendPid }) => [idle, backendPid]), [[true, undefined]]);
    client.disconnect();
    await eventually("the connection has drained", () => road.wire.connections().length === 0);
    assert.deepEqual(road.events(), ["0 opened instance", "0 closed instance", "0 drained store"]);
    assert.equal(road.wire.unknownMessages, 0);
  });

  Deno.test(`MULTI to EXEC is one request on a real road, and what WATCH gave up is an error, in RESP ${protocol}`, async () => {
    await using road = await wired(redisUrl);
    await using client = await redisClient(road.url, { protocol });
    await using other = await redisClient(redisUrl);
    const watched = key("watched");
    assert.deepEqual(await client.multi().incr(watched).incr(watched).exec(), [[null, 1], [null, 2]]);
    const requests = () => road.messages().filter((m) => m.request > 0).map((m) => `${m.message} ${m.request}`);
    assert.deepEqual(requests().slice(0, 4), ["MULTI 1", "INCR 1", "INCR 1", "EXEC 1"]);
    assert.deepEqual(road.messages().filter((m) => m.request > 0 && m.last).map((m) => m.message), ["Array"]);
    await client.watch(watched);
    await other.set(watched, "changed");
    assert.equal(await client.multi().incr(watched).exec(), null);
    const aborted = road.messages().at(-1)!;
    assert.deepEqual([aborted.message, aborted.request, aborted.last, aborted.error], ["Null", 3, true, true]);
    await client.multi({ pipeline: false });
    assert.equal(road.wire.connections()[0]!.idle, false);
    await client.discard();
    assert.equal(road.wire.connections()[0]!.idle, true);
    await other.del(watched);
  });

  Deno.test(`what is published answers no command, and a subscriber is never idle, in RESP ${protocol}`, async () => {
    await using road = await wired(redisUrl);
    await using client = await redisClient(road.url, { protocol });
    await using other = await redisClient(redisUrl);
    const channels = [key("a"), key("b")];
    assert.equal(await client.subscribe(...channels), 2);
    const heard = Promise.withResolvers<string>();
    client.on("message", (_, message) => heard.resolve(message));
    await other.publish(channels[0]!, "my secret");
    assert.equal(await heard.promise, "my secret");
    assert.match(String(await client.ping()), /pong/i);
    assert.equal(road.wire.connections()[0]!.idle, false);
    await client.unsubscribe();
    assert.equal(await client.echo("x"), "x");
    assert.equal(road.wire.connections()[0]!.idle, true);
    const down = road.messages().filter((m) => m.direction === "down" && m.text);
    assert.deepEqual(down.map((m) => `${m.request} ${m.text}${m.last ? " last" : ""}`), [
      "1 subscribe",
      "1 subscribe last",
      "0 message",
      "3 unsubscribe",
      "3 unsubscribe last",
    ]);
    assert.equal(road.messages().at(-1)!.request, 4);
    assert.equal(road.wire.unknownMessages, 0);
  });
}

Deno.test("a script is called by its name on every wire, once its text has passed on one of them", async () => {
  await using one = await wired(redisUrl);
  await using two = await wired(redisUrl);
  await using teacher = await redisClient(one.url);
  await using pupil = await redisClient(two.url);
  const list = key("list");
  const sha1 = await teacher.script("LOAD", push) as string;
  assert.equal(await pupil.evalsha(sha1, 1, list, "my secret"), 1);
  assert.equal(await teacher.eval(push, 1, list, "my secret"), 2);
  await assert.rejects(pupil.evalsha("0".repeat(40), 1, list), /NOSCRIPT/);
  const said = (road: typeof one) =>
    road.messages().slice(2).map((m) => m.text ? `${m.message}: ${m.text}` : m.message);
  assert.deepEqual(said(one), ["SCRIPT LOAD: push", "BulkString", "EVAL push: 1 key", "Integer"]);
  assert.deepEqual(said(two), ["EVALSHA push: 1 key", "Integer", "EVALSHA 00000000: 1 key", "Error: NOSCRIPT"]);
  await teacher.del(list);
});

Deno.test("16 MiB pass both ways without being kept, and so do blocked commands, RESET and silence", async () => {
  await using road = await wired(redisUrl);
  await using client = await redisClient(road.url, { protocol: 2 });
  const big = key("big");
  const value = Buffer.alloc(16 << 20, "x");
  await client.set(big, value, "EX", 10);
  assert.ok((await client.getBuffer(big))!.equals(value));
  const sizes = road.messages().map((m) => m.bytes);
  assert.ok(sizes.filter((bytes) => bytes > value.length && bytes < value.length + 100).length === 2, sizes.join());
  await client.del(big);

  await using other = await redisClient(redisUrl);
  const list = key("list");
  const popped = client.blpop(list, 5);
  await eventually("it is blocked", () => road.names().at(-1) === "up BLPOP");
  assert.equal(road.wire.connections()[0]!.idle, false);
  await other.rpush(list, "v");
  assert.deepEqual(await popped, [list, "v"]);
  assert.equal(road.wire.connections()[0]!.idle, true);
  assert.equal(await client.call("RESET"), "RESET");
  assert.equal(road.wire.unknownMessages, 0);
});
