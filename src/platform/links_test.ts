/**
 * Links on a real Toxiproxy and a real Postgres. Parity first: whatever goes wrong on the road, a client behind the wire is told the
 * same, at about the same time, as a client of the same proxy without a wire.
 */

import assert from "node:assert/strict";
import pg from "pg";
import type { Toxic } from "../core/fault.ts";
import { testStack } from "../testing/stack.ts";
import { eventually } from "../testing/wired.ts";
import { within } from "./instances/within.ts";
import { type Links, openLinks } from "./links.ts";

const { postgresUrl, toxiproxyUrl } = await testStack();

async function roads(
  instances = 1,
): Promise<AsyncDisposable & { links: Links; bare: URL; api(path: string): Promise<Response> }> {
  const session = `links${crypto.randomUUID().slice(0, 8)}`;
  const stores = { postgres: { as: () => postgresUrl } };
  const links = await openLinks({ toxiproxy: toxiproxyUrl, stores, instances, session, lane: 3 });
  await links.open({ record: () => {}, now: () => performance.now() });
  const api = (path: string) => fetch(new URL(path.replace("$", `nevertwice-${session}-lane3-postgres`), toxiproxyUrl));
  const { listen } = await (await api("/proxies/$-0")).json();
  const bare = new URL(postgresUrl);
  bare.host = listen;
  return {
    links,
    bare,
    api,
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

const patienceMs = 400;
/** Machines are busy: this much later is still the same time. */
const roughlyMs = 150;

/** Opens a client, does something to the road, and sees what becomes of a query (of a new client, if there was none). */
async function told(
  url: URL,
  { connected, road }: Pick<Trouble, "connected" | "road">,
  meanwhile: () => Promise<unknown>,
): Promise<Told> {
  const client = new pg.Client({ connectionString: url.href });
  let broken: string | undefined;
  client.on("error", (error: Error & { code?: string }) => broken ??= error.code ?? error.message);
  const ended = new Promise((resolve) => client.once("end", resolve));
  if (connected) {
    await client.connect();
    await client.query("select 1");
  }
  await meanwhile();
  // A road that is refused ends at once. Whoever writes before he has heard of that is told of a reset or of an end, as it happens.
  if (connected && road === "refuse") await within(ended, patienceMs);
  const startMs = performance.now();
  const asked = async () => {
    if (!connected) await client.connect();
    return (await client.query("select repeat('x', 5000) as x")).rows[0].x.length;
  };
  const what = await Promise.race([
    asked().then(String, (error) => String(error.code ?? error.message)),
    new Promise<string>((resolve) => setTimeout(() => resolve("nothing"), patienceMs)),
  ]);
  const afterMs = performance.now() - startMs;
  (client as unknown as { connection: { stream: import("node:net").Socket } }).connection.stream.destroy();
  return {
    what: broken === undefined || what !== "Client has encountered a connection error and is not queryable"
      ? what
      : broken,
    afterMs,
  };
}

interface Trouble {
  readonly name: string;
  /** `refuse`, or a toxic. */
  readonly road: "refuse" | Toxic;
  /** Whether the client had connected before. */
  readonly connected: boolean;
}

const toxic = (type: string, stream: Toxic["stream"], attributes: Toxic["attributes"]): Toxic => ({
  type,
  stream,
  attributes,
});
const troubles: readonly Trouble[] = [true, false].flatMap((connected) => [
  { name: "refused", road: "refuse" as const, connected },
  { name: "reset, upstream", road: toxic("reset_peer", "upstream", { timeout: 0 }), connected },
  { name: "reset, downstream", road: toxic("reset_peer", "downstream", { timeout: 0 }), connected },
  { name: "black hole, upstream", road: toxic("timeout", "upstream", { timeout: 0 }), connected },
  { name: "black hole, downstream", road: toxic("timeout", "downstream", { timeout: 0 }), connected },
  { name: "black hole that ends", road: toxic("timeout", "downstream", { timeout: 100 }), connected },
  { name: "request cut", road: toxic("limit_data", "upstream", { bytes: 10 }), connected },
  { name: "reply lost", road: toxic("limit_data", "downstream", { bytes: 0 }), connected },
  { name: "reply cut", road: toxic("limit_data", "downstream", { bytes: 100 }), connected },
  { name: "latency", road: toxic("latency", "downstream", { latency: 60, jitter: 0 }), connected },
]);

for (const { name, road, connected } of troubles) {
  const client = connected ? "a client that is connected" : "a client that connects";
  Deno.test(`parity with Toxiproxy alone: ${name}, ${client} is told the same`, async () => {
    await using made = await roads();
    const link = made.links.of(0, "postgres");
    const seen: Told[] = [];
    for (const url of [made.bare, link.url]) {
      await using undo = new AsyncDisposableStack();
      seen.push(
        await told(
          url,
          { connected, road },
          async () => undo.use(road === "refuse" ? await link.refuse() : await link.addToxic(road)),
        ),
      );
    }
    const [bare, wired] = seen as [Told, Told];
    assert.equal(wired.what, bare.what, JSON.stringify(seen));
    assert.ok(Math.abs(wired.afterMs - bare.afterMs) < roughlyMs, JSON.stringify(seen));
  });
}

Deno.test("a toxic is on the road until it is disposed of, and a second disposal does no harm", async () => {
  await using made = await roads();
  const link = made.links.of(0, "postgres");
  const count = async () => (await (await made.api("/proxies/$-0/toxics")).json()).length;
  const added = await link.addToxic(toxic("latency", "downstream", { latency: 50, jitter: 0 }));
  await link.addToxic(toxic("latency", "downstream", { latency: 10, jitter: 0 }));
  assert.equal(await count(), 2);
  await added[Symbol.asyncDispose]();
  await added[Symbol.asyncDispose]();
  assert.equal(await count(), 1);
  await made.links.clean();
  assert.equal(await count(), 0);
});

Deno.test("a toxic that Toxiproxy does not know is an error that says so", async () => {
  await using made = await roads();
  const added = made.links.of(0, "postgres").addToxic(toxic("gremlin", "downstream", {}));
  await assert.rejects(added, /^Error: Cannot add gremlin_downstream_0 to nevertwice-.*: Request failed/);
});

Deno.test("a refused link ends its connections and refuses new ones, the others go on, and it opens again on the same port", async () => {
  await using made = await roads(2);
  const [one, two] = made.links.roads;
  const watch = one!.watch();
  const ask = async (url: URL) => {
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    const { rows } = await client.query("select 1 as one");
    await client.end();
    return rows[0].one;
  };
  const open = new pg.Client({ connectionString: one!.url.href });
  const ended = new Promise((resolve) => open.once("end", resolve));
  open.on("error", () => {}); // that it breaks off is what we want
  await open.connect();
  const refused = await one!.refuse();
  await ended;
  assert.equal(watch.traffic().endedByRoad + watch.traffic().resets, 1);
  await assert.rejects(ask(one!.url), { code: "ECONNREFUSED" });
  assert.equal(await ask(two!.url), 1);
  await refused[Symbol.asyncDispose]();
  assert.equal(await ask(one!.url), 1);
});

Deno.test("disposing the links deletes their proxies", async () => {
  const made = await roads();
  await made[Symbol.asyncDispose]();
  const gone = await made.api("/proxies/$-0");
  assert.equal(gone.status, 404);
  await gone.body?.cancel();
});

Deno.test("links are opened and closed for each run, and nothing of a run is left", async () => {
  await using made = await roads(3);
  for (let run = 0; run < 20; run++) {
    if (run > 0) await made.links.open({ record: () => {}, now: () => 0 });
    const client = new pg.Client({ connectionString: made.links.of(run % 3, "postgres").url.href });
    await client.connect();
    await client.query("select 1");
    await client.end();
    assert.deepEqual(await made.links.close(2_000), { undrained: 0 });
    await eventually("no connection is left", () => made.links.roads.every((road) => road.connections().length === 0));
  }
  await made.links.open({ record: () => {}, now: () => 0 });
});
