/**
 * Free ports: one that another program listens on is passed over, and none is given twice.
 */

import assert from "node:assert/strict";
import { freePort, returnPort } from "./free_port.ts";
import { Listener } from "./listener.ts";

/** Lets the draw begin with these ports, among those from 10000 to 31999; gives the end of it. */
function drawing(...ports: readonly number[]): Disposable {
  const random = Math.random;
  const next = [...ports];
  Math.random = () => {
    const port = next.shift();
    return port === undefined ? random() : (port - 10_000 + 0.5) / 22_000;
  };
  return { [Symbol.dispose]: () => void (Math.random = random) };
}

/** A program that listens where we would, on a port that was free. */
async function taken(): Promise<Disposable & { port: number }> {
  const port = await freePort();
  returnPort(port);
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  return { port, [Symbol.dispose]: () => listener.close() };
}

Deno.test("freePort() passes over a port that another program listens on, and one that it has given out", async () => {
  using other = await taken();
  const given = await freePort();
  using _ = drawing(other.port, given, other.port);
  const port = await freePort();
  assert.ok(port !== other.port && port !== given);
  using listener = Deno.listen({ hostname: "127.0.0.1", port });
  assert.equal((listener.addr as Deno.NetAddr).port, port);
  for (const each of [given, port]) returnPort(each);
});

Deno.test("freePort() gives up in one sentence when every port that it tries is taken", async () => {
  using other = await taken();
  using _ = drawing(...Array.from({ length: 200 }, () => other.port));
  await assert.rejects(freePort(), /^Error: Cannot find a free port between 10000 and 31999: 200 of them were taken$/);
});

Deno.test("a wire whose port was taken between two runs listens on another one", async () => {
  using other = await taken();
  const listener = new Listener(other.port, true, (socket) => void socket.destroy());
  await listener.listen({ elsewhere: true });
  assert.notEqual(listener.port, other.port);
  listener.close();
  returnPort(listener.port);
});
