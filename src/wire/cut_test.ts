/**
 * Cuts on the whole road, through a real Toxiproxy to a real Postgres: each place of a conversation gives one outcome, each time, and
 * the table of places shows what the client saw and what the server kept.
 */

import assert from "node:assert/strict";
import pg from "pg";
import postgres from "postgres";
import type { MessageEntry } from "../core/history.ts";
import type { Place } from "../core/place.ts";
import { openLinks, type WiredLink } from "../platform/links.ts";
import type { Recorded } from "./wire.ts";
import { testStack } from "../testing/stack.ts";
import { eventually, wired } from "../testing/wired.ts";

const { postgresUrl, toxiproxyUrl } = await testStack();
const repetitions = 20;
const instances = 4;
const deadlineMs = 3_000;

/** An instance's client, made anew after each cut. */
function clientOf(link: WiredLink, schema: string) {
  return postgres(link.url.href, {
    max: 1,
    fetch_types: false,
    backoff: false,
    prepare: false,
    connection: { search_path: schema, application_name: schema },
  });
}

/** Where each recorded message is cut: inside and after it, and before the first (before the others is after the one before). */
function placesOf(messages: readonly MessageEntry[]): Place[] {
  const seen = new Map<string, number>();
  return messages.flatMap(({ direction, message }, index) => {
    const nth = seen.get(direction + message) ?? 0;
    seen.set(direction + message, nth + 1);
    const first = messages.findIndex((m) => m.direction === direction) === index;
    const bytes: Place["byte"][] = first ? [0, "middle", "end"] : ["middle", "end"];
    return bytes.map((byte): Place => ({ service: "postgres", connection: 0, direction, message, nth, byte }));
  });
}

const named = (place: Place) => `${place.direction} ${place.message} ${place.byte}`;

/** One plan after the other on one link: cut there, see what the client is told. Gives outcomes by place. */
async function strike(link: WiredLink, schema: string, plans: readonly { place: Place; key: string }[]) {
  const outcomes: { place: Place; key: string; told: string }[] = [];
  for (const { place, key } of plans) {
    const sql = clientOf(link, schema);
    await sql`select 1`;
    const struck: string[] = [];
    const cut = link.cut({ operation: key, place }, (what) => struck.push(what));
    link.begin(key);
    const told = await Promise.race([
      sql`insert into claims values (${key}) returning key`.then(() => "ok", (error) => String(error.code)),
      new Promise<string>((resolve) => setTimeout(() => resolve("nothing"), deadlineMs)),
    ]);
    link.end(key);
    await eventually(`the cut at ${named(place)} has struck`, () => struck.length > 0);
    cut.disarm();
    assert.equal(struck.length, 1);
    await sql.end({ timeout: 0 });
    await eventually("both sides have ended", () => link.connections().length === 0);
    outcomes.push({ place, key, told });
  }
  return outcomes;
}

Deno.test(`a cut has the same outcome in each of ${repetitions} repetitions, at each message and in both directions`, async () => {
  const schema = `cut_${crypto.randomUUID().slice(0, 8)}`;
  const direct = postgres(postgresUrl.href, { max: 1, fetch_types: false, onnotice: () => {} });
  await direct.unsafe(`create schema ${schema}; create table ${schema}.claims (key text)`);
  const stores = { postgres: { as: () => postgresUrl } };
  await using links = await openLinks({ toxiproxy: toxiproxyUrl, stores, instances, session: schema, lane: 0 });
  const entries: Recorded[] = [];
  await links.open({ record: (entry) => void entries.push(entry), now: () => performance.now() });
  try {
    const learning = clientOf(links.roads[0]!, schema);
    await learning`select 1`;
    links.roads[0]!.begin("learn");
    await learning`insert into claims values (${"learn"}) returning key`;
    links.roads[0]!.end("learn");
    await learning.end();
    const learned = entries.filter((entry) => entry.type === "message").filter((entry) => entry.operation === "learn");
    const places = placesOf(learned);
    assert.ok(places.length >= 2 * 10, `${places.length}`);

    const plans = Array.from(
      { length: repetitions },
      (_, time) => places.map((place, p) => ({ place, key: `${p}.${time}` })),
    ).flat();
    const struck = await Promise.all(
      links.roads.map((link, i) => strike(link, schema, plans.filter((_, plan) => plan % instances === i))),
    );
    await eventually(
      "the server has no session of ours",
      async () => (await direct`select 1 from pg_stat_activity where application_name = ${schema}`).length === 0,
    );
    const kept = new Set((await direct`select key from ${direct(schema)}.claims`).map((row) => row.key as string));
    const table = new Map<string, Set<string>>();
    for (const { place, key, told } of struck.flat()) {
      const outcomes = table.get(named(place)) ?? new Set();
      table.set(named(place), outcomes.add(`${told}, ${kept.has(key) ? "kept" : "not kept"}`));
    }
    for (const [place, outcomes] of table) assert.equal(outcomes.size, 1, `${place}: ${[...outcomes].join(" | ")}`);
    const outcome = (place: string) => [...table.get(place) ?? []][0];
    assert.equal(outcome("up Execute end"), "CONNECTION_CLOSED, not kept");
    assert.equal(outcome("up Sync middle"), "CONNECTION_CLOSED, not kept");
    assert.equal(outcome("up Sync end"), "CONNECTION_CLOSED, kept");
    // The driver asks for the description first, and sends the values only when it has it.
    assert.equal(outcome("down ParseComplete 0"), "CONNECTION_CLOSED, not kept");
    assert.equal(outcome("down BindComplete middle"), "CONNECTION_CLOSED, kept");
    assert.equal(outcome("down ReadyForQuery end"), "ok, kept");
  } finally {
    assert.equal((await links.close(deadlineMs)).undrained, 0);
    await direct.unsafe(`drop schema ${schema} cascade`);
    await direct.end();
  }
});

Deno.test("a cut strikes at every message of a connect too, and both sides end", async () => {
  await using road = await wired(postgresUrl);
  const learning = new pg.Client({ connectionString: road.url.href });
  road.wire.begin("learn");
  await learning.connect();
  road.wire.end("learn");
  await learning.end();
  const places = placesOf(road.messages().filter((message) => message.operation === "learn"));
  assert.deepEqual(named(places[0]!), "up StartupMessage 0");
  for (const [p, place] of places.entries()) {
    const struck: string[] = [];
    road.wire.cut({ operation: `d${p}.1`, place }, (what) => struck.push(what));
    road.wire.begin(`d${p}.1`);
    const client = new pg.Client({ connectionString: road.url.href });
    client.on("error", () => {}); // it is us who break the connection off
    const told = await client.connect().then(() => "connected", () => "failed");
    road.wire.end(`d${p}.1`);
    assert.equal(told, named(place) === "down ReadyForQuery end" ? "connected" : "failed", named(place));
    assert.equal(struck.length, 1, named(place));
    if (told === "connected") await client.end();
    await eventually(`both sides have ended after ${named(place)}`, () => road.wire.connections().length === 0);
  }
  assert.equal(road.events().filter((event) => event.endsWith("cut wire")).length, places.length);
});
