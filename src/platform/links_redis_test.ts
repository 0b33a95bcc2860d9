/**
 * Parity on a real Toxiproxy and a real Redis: whatever goes wrong on the road, a client behind the wire is told the same, at about
 * the same time, as a client of the same proxy without a wire. A sibling does so for Postgres.
 */

import assert from "node:assert/strict";
import { connect } from "node:net";
import { Redis } from "ioredis";
import type { Toxic } from "../core/fault.ts";
import { command } from "../testing/made_resp.ts";
import { breakOff } from "../testing/redis_client.ts";
import { testStack } from "../testing/stack.ts";
import { eventually } from "../testing/wired.ts";
import { openLinks } from "./links.ts";

const { redisUrl, toxiproxyUrl } = await testStack();
const patienceMs = 400;
/** Machines are busy: this much later is still the same time. */
const roughlyMs = 150;
const replyBytes = 5_000;
const script = "-- parity: a long reply\nreturn string.rep('x', ARGV[1])";

async function roads() {
  const session = `redis${crypto.randomUUID().slice(0, 8)}`;
  const stores = { redis: { as: () => redisUrl } };
  const links = await openLinks({ toxiproxy: toxiproxyUrl, stores, instances: 1, session, lane: 3 });
  await links.open({ record: () => {}, now: () => performance.now() });
  const proxy = await fetch(new URL(`/proxies/nevertwice-${session}-lane3-redis-0`, toxiproxyUrl));
  const { listen } = await proxy.json() as { listen: string };
  const bare = new URL(redisUrl);
  bare.host = listen;
  return {
    link: links.of(0, "redis"),
    bare,
    async [Symbol.asyncDispose]() {
      await links.close(1_000);
      await links[Symbol.asyncDispose]();
    },
  };
}

/** What a client is told, and after how many ms. */
interface Told {
  readonly what: string;
  readonly afterMs: number;
}

type Client = (
  url: URL,
  connected: boolean,
  meanwhile: () => Promise<unknown>,
  endsAtOnce: boolean,
) => Promise<Told>;

/** Opens a client, does something to the road, and sees what becomes of a script (of a new client's, if there was none). */
const driver: Client = async (url, connected, meanwhile) => {
  const client = new Redis(Number(url.port), url.hostname, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  client.on("error", () => {}); // each call rejects with it too
  if (connected) {
    await client.connect();
    await client.ping();
  }
  await meanwhile();
  const startMs = performance.now();
  const asked = async () => {
    if (!connected) await client.connect();
    return (await client.eval(script, 0, replyBytes) as string).length;
  };
  const what = await inTime(asked().then(String, (error) => String(error.code ?? error.message)));
  const afterMs = performance.now() - startMs;
  if (client.status === "end") client.disconnect();
  else breakOff(client, "end");
  return { what, afterMs };
};

/** The same without a driver, which would hide how its connection ended. */
const socket: Client = async (url, connected, meanwhile, endsAtOnce) => {
  let read = 0;
  const whole = Promise.withResolvers<string>();
  const open = () => {
    const made = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    made.on("data", (bytes) => {
      read += bytes.length;
      if (read >= replyBytes) whole.resolve("whole");
    });
    const ended = new Promise<string>((resolve) => {
      made.on("end", () => resolve("end"));
      // Which of the two it is depends on whether it was writing at that moment.
      made.on(
        "error",
        (error: Error & { code?: string }) =>
          resolve(error.code === "EPIPE" ? "ECONNRESET" : error.code ?? error.message),
      );
    });
    return { made, ended };
  };
  const before = connected ? open() : undefined;
  if (before) {
    before.made.write(command("PING"));
    await eventually("it has connected", () => read === 7);
  }
  await meanwhile();
  // Whoever writes before he has heard of the end is told of that or of a reset, as it happens.
  if (before && endsAtOnce) await inTime(before.ended);
  const startMs = performance.now();
  const { made, ended } = before ?? open();
  made.write(command("EVAL", script, "0", `${replyBytes}`));
  const how = await inTime(Promise.race([ended, whole.promise]));
  const afterMs = performance.now() - startMs;
  made.destroy();
  return { what: `${read} bytes, ${how}`, afterMs };
};

function inTime(what: Promise<string>): Promise<string> {
  return Promise.race([what, new Promise<string>((resolve) => setTimeout(() => resolve("nothing"), patienceMs))]);
}

const toxic = (type: string, stream: Toxic["stream"], attributes: Toxic["attributes"]): Toxic => ({
  type,
  stream,
  attributes,
});
const troubles: readonly [name: string, road: "refuse" | Toxic][] = [
  ["refused", "refuse"],
  ["reset, upstream", toxic("reset_peer", "upstream", { timeout: 0 })],
  ["reset, downstream", toxic("reset_peer", "downstream", { timeout: 0 })],
  ["black hole, upstream", toxic("timeout", "upstream", { timeout: 0 })],
  ["black hole, downstream", toxic("timeout", "downstream", { timeout: 0 })],
  ["black hole that ends", toxic("timeout", "downstream", { timeout: 100 })],
  ["request cut", toxic("limit_data", "upstream", { bytes: 10 })],
  ["reply lost", toxic("limit_data", "downstream", { bytes: 0 })],
  ["reply cut", toxic("limit_data", "downstream", { bytes: 100 })],
  ["reply cut before its last byte", toxic("limit_data", "downstream", { bytes: replyBytes + 8 })],
  ["latency", toxic("latency", "downstream", { latency: 60, jitter: 0 })],
  ["slices", toxic("slicer", "downstream", { average_size: 100, size_variation: 0, delay: 100 })],
];

for (const [name, road] of troubles) {
  for (const connected of [true, false]) {
    for (const client of [driver, socket]) {
      const whose = `${connected ? "an open" : "a new"} ${client.name}`;
      Deno.test(`parity with Toxiproxy alone, to Redis: ${name}, ${whose} is told the same`, async () => {
        await using made = await roads();
        const disturb = () => road === "refuse" ? made.link.refuse() : made.link.addToxic(road);
        const seen: Told[] = [];
        for (const url of [made.bare, made.link.url]) {
          await using undo = new AsyncDisposableStack();
          seen.push(await client(url, connected, async () => undo.use(await disturb()), road === "refuse"));
        }
        const [bare, wired] = seen as [Told, Told];
        assert.equal(wired.what, bare.what, JSON.stringify(seen));
        assert.ok(Math.abs(wired.afterMs - bare.afterMs) < roughlyMs, JSON.stringify(seen));
      });
    }
  }
}
