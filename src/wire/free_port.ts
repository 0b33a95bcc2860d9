/**
 * A free port below the ephemeral range (32768 on Linux), where no outgoing connection can take it while nobody listens. Ports that this
 * process gave out are never given twice, since a wire does not listen all the time.
 */

import { createServer } from "node:net";

const first = 10_000;
const last = 31_999;
const triesMax = 200;
const given = new Set<number>();

/** A port of 127.0.0.1 on which nobody listens. It is the caller's until `returnPort`. Rejects after 200 taken ones. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < triesMax; tries++) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
    given.delete(port);
  }
  throw new Error(`Cannot find a free port between ${first} and ${last}: ${triesMax} of them were taken`);
}

/** Gives a port back, so that it may be given out again. */
export function returnPort(port: number): void {
  given.delete(port);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1" }, () => {
      server.close();
      resolve(true);
    });
  });
}
