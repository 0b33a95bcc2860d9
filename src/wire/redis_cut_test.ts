/**
 * Cuts on the whole road, through a real Toxiproxy to a real Redis: at each byte of a script's conversation there is one outcome, each
 * time. A script is executed if and only if all of its command has passed.
 */

import assert from "node:assert/strict";
import type { MessageEntry } from "../core/history.ts";
import type { Place } from "../core/place.ts";
import { openLinks, type WiredLink } from "../platform/links.ts";
import { redisClient } from "../testing/redis_client.ts";
import { testStack } from "../testing/stack.ts";
import { eventually, wired } from "../testing/wired.ts";
import type { Recorded } from "./wire.ts";

const { redisUrl, toxiproxyUrl } = await testStack();
const repetitions = 4;
const instances = 4;
const deadlineMs = 3_000;
const claim = "-- claim: takes a key that nobody has\nreturn redis.call('SETNX', KEYS[1], ARGV[1])";

/** Every byte boundary of the messages, each once: the end of one is the beginning of the next in its direction. */
function placesOf(messages: readonly MessageEntry[]): Place[] {
  return messages.flatMap(({ direction, message, bytes }) =>
    Array.from({ length: bytes + 1 }, (_, byte): Place => ({
      service: "redis",
      connection: 0,
      direction,
      message,
      nth: 0,
      byte: byte === bytes ? "end" : byte,
    }))
  );
}

const named = (place: Place) => `${place.direction} ${place.message} ${place.byte}`;

/** One plan after the other on one link: cut there, see what the client is told. */
async function strike(link: WiredLink, sha1: string, plans: readonly { place: Place; key: string }[]) {
  const outcomes: { place: Place; key: string; told: string }[] = [];
  for (const { place, key } of plans) {
    await using client = await redisClient(link.url);
    const struck: string[] = [];
    const cut = link.cut({ operation: key, place }, (what) => struck.push(what));
    link.begin(key);
    const told = await Promise.race([
      client.evalsha(sha1, 1, key, "mine").then((reply) => `ok ${reply}`, () => "failed"),
      new Promise<string>((resolve) => setTimeout(() => resolve("nothing"), deadlineMs)),
    ]);
    link.end(key);
    await eventually(`the cut at ${named(place)} has struck`, () => struck.length > 0);
    cut.disarm();
    assert.match(
      struck[0]!,
      place.byte === "end" ? /^(\d+) of \1 bytes of redis#0 / : new RegExp(`^${place.byte} of `),
    );
    await eventually("both sides have ended", () => link.connections().length === 0);
    outcomes.push({ place, key, told });
  }
  return outcomes;
}

Deno.test(`a cut at each byte of an EVALSHA and of its reply has one outcome in each of ${repetitions} repetitions`, async () => {
  const session = `cut${crypto.randomUUID().slice(0, 8)}`;
  await using direct = await redisClient(redisUrl);
  const sha1 = await direct.script("LOAD", claim) as string;
  const stores = { redis: { as: () => redisUrl } };
  await using links = await openLinks({ toxiproxy: toxiproxyUrl, stores, instances, session, lane: 0 });
  const entries: Recorded[] = [];
  await links.open({ record: (entry) => void entries.push(entry), now: () => performance.now() });
  const keys: string[] = [];
  try {
    const road = links.roads[0]!;
    // Its name is learned where its text passes.
    await using learning = await redisClient(road.url);
    await learning.script("LOAD", claim);
    // As long as the keys of the plans, so that places are the same.
    const learned = `${session}.9999.9`;
    keys.push(learned);
    road.begin("learn");
    assert.equal(await learning.evalsha(sha1, 1, learned, "mine"), 1);
    road.end("learn");
    learning.disconnect();
    const spoken = entries.filter((entry) => entry.type === "message").filter((entry) => entry.operation === "learn");
    assert.deepEqual(spoken.map((m) => `${m.direction} ${m.message}`), ["up EVALSHA claim", "down Integer"]);
    const places = placesOf(spoken);
    assert.ok(places.length > 100);

    const plans = Array.from(
      { length: repetitions },
      (_, time) => places.map((place, p) => ({ place, key: `${session}.${String(p).padStart(4, "0")}.${time}` })),
    ).flat();
    keys.push(...plans.map(({ key }) => key));
    const struck = await Promise.all(
      links.roads.map((link, i) => strike(link, sha1, plans.filter((_, plan) => plan % instances === i))),
    );
    const kept = await direct.mget(...plans.map(({ key }) => key));
    const isKept = new Set(plans.filter((_, i) => kept[i] !== null).map(({ key }) => key));
    for (const { place, key, told } of struck.flat()) {
      const executed = place.direction === "down" || place.byte === "end";
      assert.equal(isKept.has(key), executed, `${named(place)}: ${told}`);
      // The driver does not wait for the last byte of a number.
      const answered = place.direction === "down" && (place.byte === "end" || place.byte === spoken[1]!.bytes - 1);
      assert.equal(told, answered ? "ok 1" : "failed", named(place));
    }
  } finally {
    assert.equal((await links.close(deadlineMs)).undrained, 0);
    await direct.del(...keys);
  }
});

Deno.test("a cut strikes at every message of a connect to Redis too, and both sides end", async () => {
  await using road = await wired(redisUrl);
  const greeting = { protocol: 3, disableClientInfo: false, enableReadyCheck: true } as const;
  road.wire.begin("learn");
  await using learning = await redisClient(road.url, greeting);
  await learning.ping();
  road.wire.end("learn");
  learning.disconnect();
  await eventually("it has ended", () => road.wire.connections().length === 0);
  const seen = new Map<string, number>();
  const places = road.messages().filter((m) => m.operation === "learn").flatMap(({ direction, message }) => {
    const nth = seen.get(direction + message) ?? 0;
    seen.set(direction + message, nth + 1);
    return (["middle", "end"] as const).map((byte): Place => ({
      service: "redis",
      connection: 0,
      direction,
      message,
      nth,
      byte,
    }));
  });
  assert.ok(places.length >= 16, `${places.length}`);
  for (const [p, place] of places.entries()) {
    const struck: string[] = [];
    road.wire.cut({ operation: `d${p}.1`, place }, (what) => struck.push(what));
    road.wire.begin(`d${p}.1`);
    const told = await redisClient(road.url, greeting).then(async (client) => {
      await using greeted = client;
      return await greeted.ping();
    }).catch(() => "failed"); // it is us who break the connection off
    road.wire.end(`d${p}.1`);
    const isLast = p >= places.length - 1;
    assert.equal(told, isLast ? "PONG" : "failed", named(place));
    await eventually(`both sides have ended after ${named(place)}`, () => road.wire.connections().length === 0);
    assert.equal(struck.length, 1, named(place));
  }
});
