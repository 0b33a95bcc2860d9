/** server_killed on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import type { Server } from "../core/fault.ts";
import { startNative } from "../platform/native/stack.ts";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { serverKilled } from "./server_killed.ts";

const stack = await startNative({ say: console.error, signal: new AbortController().signal });
globalThis.addEventListener("unload", () => void stack[Symbol.asyncDispose]());
const own = await stack.own();
const unused = () => Promise.reject(new Error("Not of this test"));
const server: Server = {
  service: "postgres",
  kill: () => own.kill(),
  restart: () => own.restart(),
  freeze: unused,
  thaw: unused,
};
const services = { postgresUrl: own.url, toxiproxyUrl: stack.toxiproxy.url, server };

Deno.test("server_killed ends every connection, keeps what was committed, and heals into a server that answers", async () => {
  await using road = await disturbedRoad(services);
  const sql = road.client();
  await sql`insert into things values (1)`;
  await sql.unsafe("begin; insert into things values (2)");
  {
    await using injected = await serverKilled.inject(road.target, {});
    assert.ok(!("value" in Object(await came(sql`commit`.simple(), 500))), "nobody can commit on a dead server");
    const { confirmed, what } = await injected.evidence();
    assert.ok(confirmed, what);
    assert.match(what, /^the server is gone: [1-9]\d* connections ended, \d+ new ones were tried$/);
  }
  assert.deepEqual((await road.target.sql`select id from things`).map(({ id }) => id), [1]);
  await road.assertClean();
});

Deno.test("server_killed is confirmed by the server's start where somebody else started it again", async () => {
  await using road = await disturbedRoad(services);
  await road.client()`select 1`;
  await using injected = await serverKilled.inject(road.target, {});
  await own.restart();
  const { confirmed, what } = await injected.evidence();
  assert.ok(confirmed, what);
  assert.match(what, /^the server was gone, and is another one now/);
});

Deno.test("server_killed is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(services);
  await using injected = await serverKilled.inject(road.target, {});
  const what = "the server was gone, but nothing was on the road";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("server_killed is not confirmed when the server survived", async () => {
  const survives = { ...server, kill: () => Promise.resolve(), restart: () => Promise.resolve() };
  await using road = await disturbedRoad({ ...services, server: survives });
  await road.client()`select 1`;
  await using injected = await serverKilled.inject(road.target, {});
  const what = "the server has been running all the time";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("server_killed starts the server again when the kill fails halfway, and never strikes a shared one", async () => {
  const fails = { ...server, kill: () => own.kill().then(() => Promise.reject(new Error("halfway"))) };
  await using road = await disturbedRoad({ ...services, server: fails });
  await assert.rejects(serverKilled.inject(road.target, {}), /halfway/);
  await road.assertClean();
  await assert.rejects(serverKilled.inject({ ...road.target, server: undefined }, {}), /shares it with others/);
});
