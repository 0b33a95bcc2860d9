/**
 * Toxiproxy 2.12 deadlocks if a connection is reset in the middle of a reply while a toxic is put on or taken off it (its
 * writer is gone, and nobody takes the next piece); then nothing can be healed any more. The links see to it that the two do not meet.
 */

import assert from "node:assert/strict";
import { connect } from "node:net";
import { testStack } from "../testing/stack.ts";
import type { Toxic } from "../core/fault.ts";
import { openLinks } from "./links.ts";

const stack = await testStack();
const rounds = 150;
const connectionsAtOnce = 6;
const slicer: Toxic = {
  type: "slicer",
  stream: "downstream",
  attributes: { average_size: 2, size_variation: 0, delay: 700 },
};

Deno.test("a toxic can be taken off while connections are reset in the middle of their replies", async () => {
  await using links = await openLinks({
    toxiproxy: stack.toxiproxyUrl,
    stores: { postgres: { as: () => stack.postgresUrl } },
    instances: 1,
    session: `reset${crypto.randomUUID().slice(0, 8)}`,
    lane: 0,
  });
  await links.open({ record: () => {}, now: () => performance.now() });
  const [road] = links.roads;
  for (let round = 0; round < rounds; round++) {
    const toxic = await road!.addToxic(slicer);
    const ended = Array.from({ length: connectionsAtOnce }, (_, i) => greetedAndReset(road!.url, 6 + (round + i) % 9));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await toxic[Symbol.asyncDispose]();
    await Promise.all(ended);
  }
  const { undrained } = await links.close(2_000);
  assert.equal(undrained, 0);
});

/** Logs in, and resets the connection so many ms later, in the middle of the server's greeting. */
function greetedAndReset({ hostname, port }: URL, afterMs: number): Promise<void> {
  const parameters = new TextEncoder().encode(`user\0${"postgres"}\0database\0postgres\0\0`);
  const startup = new DataView(new ArrayBuffer(8));
  startup.setInt32(0, 8 + parameters.length);
  startup.setInt32(4, 196608);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write(new Uint8Array([...new Uint8Array(startup.buffer), ...parameters]));
      setTimeout(() => socket.resetAndDestroy(), afterMs);
    });
    socket.on("error", () => undefined); // its own reset
    socket.on("close", () => resolve());
  });
}
