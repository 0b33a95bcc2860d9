/**
 * The compose file and the code name the same ports and images.
 */
import assert from "node:assert/strict";
import { images } from "../containers/images.ts";
import { addresses, composeFile, proxyPorts, upstreams } from "./addresses.ts";

const text = await Deno.readTextFile(composeFile);
const published = [...text.matchAll(/^ +- "([\d.]+):([\d-]+):([\d-]+)"$/gm)].map(([, ...parts]) => parts);

Deno.test("docker-compose.yml publishes what the stack looks for, on 127.0.0.1 and below the ports that systems hand out", () => {
  const range = `${proxyPorts.first}-${proxyPorts.last}`;
  const ports = [addresses.postgres, addresses.redis, addresses.toxiproxy].map(({ port }) => port);
  const inside = [upstreams.postgres, upstreams.redis].map((upstream) => upstream.split(":")[1]);
  assert.deepEqual(published, [
    ["127.0.0.1", ports[2], "8474"],
    ["127.0.0.1", range, range],
    ["127.0.0.1", ports[0], inside[0]],
    ["127.0.0.1", ports[1], inside[1]],
  ]);
  assert.ok(proxyPorts.last < 10_000, "the harness draws its own ports from 10000 on");
  assert.equal(text.match(/ports:/g)?.length, 1, "nothing else is published");
});

Deno.test("docker-compose.yml and the stack of containers are made of the same images", () => {
  const named = [...text.matchAll(/image: (\S+)/g)].map((match) => match[1]);
  assert.deepEqual(named.sort(), Object.values(images).sort());
});
