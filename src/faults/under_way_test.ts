/** A fault that strikes at one message and heals at once is confirmed by that message, as the nemesis does it. */

import assert from "node:assert/strict";
import type { AnyFault } from "../core/fault.ts";
import type { Road } from "../core/lane.ts";
import { disturbedRedis, ownRedis, replyTo } from "../testing/disturbed_redis.ts";
import { testStack } from "../testing/stack.ts";
import { clientPause } from "./client_pause.ts";
import { outOfMemory } from "./out_of_memory.ts";
import { redisReadOnly } from "./redis_read_only.ts";

const { toxiproxyUrl } = await testStack();
const server = await ownRedis();
const services = { redisUrl: server.url, toxiproxyUrl, server };
const place = { service: "redis", connection: 0, direction: "up", message: "SET", nth: 0 } as const;

const faults: readonly (readonly [AnyFault, unknown, unknown])[] = [
  [clientPause, { commands: "writes" }, { value: "OK" }],
  [outOfMemory, {}, { error: "OOM" }],
  [redisReadOnly, {}, { error: "READONLY" }],
];

for (const [fault, severity, expected] of faults) {
  Deno.test(`${fault.name} is confirmed by the one message at which it struck, although it heals at once`, async () => {
    await using road = await disturbedRedis(services);
    const link = road.target.links[0] as Road;
    const client = road.client();
    await client.ping();
    link.begin("d1.1");
    const hold = link.hold({ operation: "d1.1", place });
    const asked = replyTo(client.set(`${road.prefix}key`, 1), 2_000);
    await hold.held;
    const injected = await fault.inject(road.target, severity as never);
    hold.release();
    const { confirmed, what } = await injected.evidence();
    await injected[Symbol.asyncDispose]();
    assert.ok(confirmed, what);
    assert.deepEqual(await asked, expected);
    await road.assertClean();
  });
}
