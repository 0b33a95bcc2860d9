/** Holds on real conversations with Redis: stalls, a client that gives up meanwhile, and instances let into the same gap together. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { MessagePlace } from "../core/place.ts";
import { breakOff, redisClient } from "../testing/redis_client.ts";
import { testStack } from "../testing/stack.ts";
import { eventually, wired } from "../testing/wired.ts";

const { redisUrl } = await testStack();
const key = (name: string) => `wire_${name}_${crypto.randomUUID().slice(0, 8)}`;
const push = "-- push_held: adds a message\nreturn redis.call('RPUSH', KEYS[1], ARGV[1])";
const place = (message: string, nth = 0, direction: "up" | "down" = "up"): MessagePlace => ({
  service: "redis",
  connection: 0,
  direction,
  message,
  nth,
});

Deno.test("a stalled EVALSHA is answered after its release, and not before", async () => {
  await using road = await wired(redisUrl);
  await using client = await redisClient(road.url);
  const list = key("list");
  const sha1 = await client.script("LOAD", push) as string;
  road.wire.begin("d1.1");
  const hold = road.wire.hold({ operation: "d1.1", place: place("EVALSHA push_held") });
  let answered = false;
  const pushed = client.evalsha(sha1, 1, list, "v").then((length) => {
    answered = true;
    return length;
  });
  const { connection } = await hold.held;
  assert.ok(hold.isHeld);
  assert.deepEqual([connection, road.wire.connections()[0]!.idle], [0, false]);
  await new Promise((resolve) => setTimeout(resolve, 30)); // long enough for an answer, had it been let through
  assert.equal(answered, false);
  assert.deepEqual(road.names("d1.1"), []);
  hold.release();
  assert.equal(await pushed, 1);
  assert.deepEqual(road.names("d1.1"), ["up EVALSHA push_held", "down Integer"]);
  await client.del(list);
});

Deno.test("a held EVALSHA whose client gives up meanwhile is executed at its release, and not before", async () => {
  await using direct = await redisClient(redisUrl);
  for (const gone of ["end", "reset"] as const) {
    await using road = await wired(redisUrl);
    await using client = await redisClient(road.url);
    const sha1 = await client.script("LOAD", push) as string;
    const list = key("list");
    road.wire.begin("d1.1");
    const hold = road.wire.hold({ operation: "d1.1", place: place("EVALSHA push_held") });
    const pushed = client.evalsha(sha1, 1, list, "v").then(() => "pushed", () => "gave up");
    await hold.held;
    breakOff(client, gone);
    assert.equal(await pushed, "gave up");
    await eventually("the wire knows that the client is gone", () => !road.wire.connections()[0]!.clientOpen);
    assert.equal(road.wire.connections()[0]!.serverOpen, true);
    assert.equal(await direct.llen(list), 0);
    hold.release();
    await eventually("the store has ended too", () => road.wire.connections().length === 0);
    assert.equal(await direct.llen(list), 1);
    const how = gone === "end" ? "closed" : "reset";
    assert.deepEqual(road.events().slice(1), [`0 ${how} instance`, "0 drained store"]);
    await direct.del(list);
  }
});

Deno.test("a held command of 16 MiB makes its sender wait, and passes whole at its release", async () => {
  await using road = await wired(redisUrl);
  await using client = await redisClient(road.url);
  const big = key("big");
  road.wire.begin("d1.1");
  const hold = road.wire.hold({ operation: "d1.1", place: place("SET") });
  const set = client.set(big, Buffer.alloc(16 << 20), "EX", 10);
  await hold.held;
  assert.equal(road.wire.watch().traffic().bytesUp, 0);
  hold.release();
  assert.equal(await set, "OK");
  assert.equal(await client.strlen(big), 16 << 20);
  await client.del(big);
});

Deno.test("a held reply of Redis to a client that has gone is dropped at its release", async () => {
  await using road = await wired(redisUrl);
  await using client = await redisClient(road.url);
  const counter = key("counter");
  road.wire.begin("d1.1");
  const hold = road.wire.hold({ operation: "d1.1", place: place("Integer", 0, "down") });
  const counted = client.incr(counter).then(() => "answered", () => "gave up");
  await hold.held;
  breakOff(client, "end");
  assert.equal(await counted, "gave up");
  await eventually("both sides have ended", () => !road.wire.connections().some((c) => c.clientOpen || c.serverOpen));
  hold.release();
  assert.ok(!hold.isHeld);
  assert.ok(!road.names().includes("down Integer"));
  await using direct = await redisClient(redisUrl);
  assert.equal(await direct.getdel(counter), "1");
});

Deno.test("holds on two wires let both instances into the same gap: get-then-set takes a key twice, each time", async () => {
  await using one = await wired(redisUrl);
  await using two = await wired(redisUrl);
  await using first = await redisClient(one.url);
  await using second = await redisClient(two.url);
  for (let time = 0; time < 10; time++) {
    const claimed = key("claimed");
    const holds = [one, two].map(({ wire }) => {
      wire.begin(claimed);
      return wire.hold({ operation: claimed, place: place("SET") });
    });
    const claims = [first, second].map(async (client) => {
      if (await client.get(claimed) !== null) return false;
      await client.set(claimed, "mine", "EX", 10);
      return true;
    });
    await Promise.all(holds.map((hold) => hold.held));
    for (const hold of holds) hold.release();
    assert.deepEqual(await Promise.all(claims), [true, true]);
  }
});

Deno.test("what a hold still keeps of Redis when the run is over is let go before the end", async () => {
  await using direct = await redisClient(redisUrl);
  const counter = key("counter");
  const road = await wired(redisUrl);
  await using client = await redisClient(road.url);
  road.wire.begin("d1.1");
  const hold = road.wire.hold({ operation: "d1.1", place: place("EXEC") });
  const counted = client.multi().incr(counter).exec().then(() => "answered", () => "gave up");
  await hold.held;
  assert.deepEqual(await road.wire.close(2_000), { undrained: 0 });
  assert.equal(await counted, "gave up");
  await eventually("it is counted", async () => await direct.get(counter) === "1");
  await direct.del(counter);
  await road[Symbol.asyncDispose]();
});
