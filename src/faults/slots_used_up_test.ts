/** slots_used_up on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import type { Server } from "../core/fault.ts";
import { startNative } from "../platform/native/stack.ts";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { slotsUsedUp } from "./slots_used_up.ts";

const stack = await startNative({ say: console.error, signal: new AbortController().signal });
globalThis.addEventListener("unload", () => void stack[Symbol.asyncDispose]());
const own = await stack.own({ max_connections: "20" });
const unused = () => Promise.reject(new Error("Not of this test"));
const server: Server = {
  service: "postgres",
  kill: () => own.kill(),
  restart: () => own.restart(),
  freeze: unused,
  thaw: unused,
};
const services = { postgresUrl: own.url, toxiproxyUrl: stack.toxiproxy.url, server };

Deno.test("slots_used_up refuses new connections, a superuser's too, and lets the open ones go on", async () => {
  await using road = await disturbedRoad(services);
  const open = road.client();
  await open`select 1`;
  {
    await using injected = await slotsUsedUp.inject(road.target, { endsSessions: false });
    assert.deepEqual(await came(road.client()`select 1`, 1_000), { code: "53300" });
    assert.deepEqual(await came(open`select 1 as value`, 1_000), { value: 1 });
    const what = "18 slots were taken, and the server refused one more connection (53300)";
    assert.deepEqual(await injected.evidence(), { confirmed: true, what });
  }
  await road.assertClean();
  const [row] = await road.target.sql`
    select count(*)::int as left from pg_stat_activity where application_name like 'nevertwice slots%'`;
  assert.equal(row?.left, 0);
});

Deno.test("slots_used_up takes the slots of the instances as well where the plan says so", async () => {
  await using road = await disturbedRoad(services);
  const open = road.client();
  await open`select 1`;
  await using injected = await slotsUsedUp.inject(road.target, { endsSessions: true });
  const [first, second] = [await came(open`select 1`, 1_000), await came(open`select 1`, 1_000)];
  assert.ok([first, second].some((outcome) => "code" in Object(outcome)), "its session was ended");
  assert.deepEqual(second, { code: "53300" });
  assert.ok((await injected.evidence()).confirmed);
});

Deno.test("slots_used_up is not confirmed when nothing was on the road", async () => {
  await using road = await disturbedRoad(services);
  await using injected = await slotsUsedUp.inject(road.target, { endsSessions: false });
  const what = "all slots were taken, but nothing was on the road";
  assert.deepEqual(await injected.evidence(), { confirmed: false, what });
});

Deno.test("slots_used_up is not confirmed when slots were freed behind its back", async () => {
  await using road = await disturbedRoad(services);
  await using injected = await slotsUsedUp.inject(road.target, { endsSessions: false });
  await road.target.sql`
    select pg_terminate_backend(pid, 1000) from pg_stat_activity where application_name like 'nevertwice slots%'`;
  await road.client()`select 1`;
  assert.equal((await injected.evidence()).confirmed, false);
});

Deno.test("slots_used_up never strikes a shared server, and leaves nothing behind when it is aborted", async () => {
  await using road = await disturbedRoad(services);
  const shared = { ...road.target, server: undefined };
  await assert.rejects(slotsUsedUp.inject(shared, { endsSessions: false }), /shares its server with others/);
  const abort = new AbortController();
  const aborted = { ...road.target, signal: abort.signal };
  const injecting = slotsUsedUp.inject(aborted, { endsSessions: false });
  abort.abort(new Error("over"));
  await assert.rejects(injecting, /over/);
  await road.assertClean();
});
