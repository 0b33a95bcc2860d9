/** postgres_frozen on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import type { Server } from "../core/fault.ts";
import { startNative } from "../platform/native/stack.ts";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { postgresFrozen } from "./postgres_frozen.ts";

const stack = await startNative({ say: console.error, signal: new AbortController().signal });
globalThis.addEventListener("unload", () => void stack[Symbol.asyncDispose]());
const server = await stack.own();
const services = { postgresUrl: server.url, toxiproxyUrl: stack.toxiproxy.url, server };

Deno.test("postgres_frozen answers nobody, new connections neither, and does all of it later", async () => {
  await using road = await disturbedRoad(services);
  const sql = road.client();
  await sql`select 1`;
  const injected = await postgresFrozen.inject(road.target, {});
  const asked = [
    sql`insert into things values (1) returning id`,
    road.client()`insert into things values (2) returning id`,
  ]
    .map((query) => query.execute());
  for (const one of asked) assert.equal(await came(one, 60), "nothing");
  const { confirmed, what } = await injected.evidence();
  assert.ok(confirmed, what);
  assert.match(what, /^the server stood still: no answer for \d{3,} ms; [1-9]\d* requests on the road have none$/);
  for (const _twice of [1, 2]) await injected[Symbol.asyncDispose]();
  assert.deepEqual(await Promise.all(asked.map((one) => came(one, 1_000))), [{ value: 1 }, { value: 2 }]);
  await road.assertClean();
});

Deno.test("postgres_frozen is not confirmed when nothing was on the road, or the server went on behind its back", async () => {
  await using road = await disturbedRoad(services);
  await using injected = await postgresFrozen.inject(road.target, {});
  assert.match((await injected.evidence()).what, /^the server stood still.*, but nothing was on the road$/);
  await server.thaw();
  await road.client()`select 1`;
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "the server answered all the time" });
});

Deno.test("postgres_frozen lets the server go on when the freeze fails halfway, and never strikes a shared one", async () => {
  await using road = await disturbedRoad(services);
  const fails: Server = {
    service: "postgres",
    kill: () => server.kill(),
    restart: () => server.restart(),
    freeze: () => server.freeze().then(() => Promise.reject(new Error("halfway"))),
    thaw: () => server.thaw(),
  };
  await assert.rejects(postgresFrozen.inject({ ...road.target, server: fails }, {}), /halfway/);
  await road.assertClean();
  await assert.rejects(postgresFrozen.inject({ ...road.target, server: undefined }, {}), /shares it with others/);
});
