/** backends_ended on a real road: what a client sees of it, evidence only where it happened, and a clean road after it healed. */

import assert from "node:assert/strict";
import { came, disturbedRoad } from "../testing/disturbed_road.ts";
import { testStack } from "../testing/stack.ts";
import { backendsEnded } from "./backends_ended.ts";

const stack = await testStack();

Deno.test("backends_ended ends all sessions of the links, and lets them connect again", async () => {
  await using road = await disturbedRoad({ ...stack, instances: 3 });
  const clients = [0, 1, 2].map((instance) => road.client(instance));
  await Promise.all(clients.map((sql) => sql`select 1`));
  const asked = clients.map((sql) => came(sql`select pg_sleep(5)`, 2_000));
  await Promise.all(clients.map(() => road.target.sql`select 1`)); // so that they are asked before they end
  {
    await using injected = await backendsEnded.inject(road.target, {});
    assert.deepEqual(await road.target.sessions(), []);
    for (const outcome of await Promise.all(asked)) assert.ok("code" in Object(outcome), JSON.stringify(outcome));
    const what = "3 sessions were ended, 0 of them are still there";
    assert.deepEqual(await injected.evidence(), { confirmed: true, what });
  }
  await road.assertClean();
});

Deno.test("backends_ended is not confirmed when there is no session on the road", async () => {
  await using road = await disturbedRoad(stack);
  await using injected = await backendsEnded.inject(road.target, {});
  assert.deepEqual(await injected.evidence(), { confirmed: false, what: "no session was there to end" });
});

Deno.test("backends_ended leaves sessions alone that are not of the links", async () => {
  await using road = await disturbedRoad(stack);
  await road.client()`select 1`;
  const [before] = await road.target.sql`select pg_backend_pid() as pid`;
  await using _injected = await backendsEnded.inject(road.target, {});
  const [after] = await road.target.sql`select pg_backend_pid() as pid`;
  assert.deepEqual(after, before);
});
