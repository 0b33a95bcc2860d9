/** The wire as a relay: how connections end, what refuses, what drains, and what it leaves alone. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connect, createServer, type Server, type Socket } from "node:net";
import postgres from "postgres";
import { startup } from "../testing/made_flows.ts";
import { testStack } from "../testing/stack.ts";
import { eventually, wired } from "../testing/wired.ts";
import { freePort, returnPort } from "./free_port.ts";

const { postgresUrl } = await testStack();

/** A server that does as told with each connection. */
async function scripted(
  accepted: (socket: Socket) => void,
  { endsToo = true }: { endsToo?: boolean } = {},
): Promise<AsyncDisposable & { url: URL; server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}); // resets are part of the script
    socket.on("end", () => endsToo && socket.end());
    accepted(socket);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen({ port, host: "127.0.0.1" }, resolve));
  return {
    url: new URL(`postgres://127.0.0.1:${port}/`),
    server,
    [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      returnPort(port);
      return Promise.resolve();
    },
  };
}

/** A bare client: what it reads, and how its connection ends. */
function knock(port: number) {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  const read: Buffer[] = [];
  const ended = new Promise<string>((resolve) => {
    socket.on("end", () => resolve("end"));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  socket.on("data", (bytes: Buffer) => read.push(bytes));
  return {
    socket,
    ended,
    bytes: () => Buffer.concat(read),
    text: () => Buffer.concat(read).toString(),
    length: () => read.reduce((n, b) => n + b.length, 0),
  };
}

Deno.test("a reset is passed on as a reset, an end as an end, both ways, with the bytes before it", async () => {
  for (const how of ["end", "reset"] as const) {
    const seen = Promise.withResolvers<string>();
    await using server = await scripted((socket) => {
      socket.once("data", () => {
        if (how === "end") socket.end("bye");
        else socket.write("bye", () => setTimeout(() => socket.resetAndDestroy(), 20));
      });
    });
    await using road = await wired(server.url);
    const client = knock(road.wire.port);
    client.socket.write(startup(196608, "user\0"));
    assert.equal(await client.ended, how === "end" ? "end" : "ECONNRESET");
    assert.equal(client.text(), "bye");
    assert.ok(road.events().includes(`0 ${how === "end" ? "closed" : "reset"} store`), road.events().join());
    client.socket.destroy();

    await using listening = await scripted((socket) => {
      socket.resume();
      socket.on("end", () => seen.resolve("end"));
      socket.on("error", (error: NodeJS.ErrnoException) => seen.resolve(error.code!));
    });
    await using other = await wired(listening.url);
    const leaving = knock(other.wire.port);
    leaving.socket.write(startup(196608, "user\0"));
    await eventually("the request has passed", () => other.names().length === 1);
    if (how === "end") leaving.socket.end();
    else leaving.socket.resetAndDestroy();
    assert.equal(await seen.promise, how === "end" ? "end" : "ECONNRESET");
    leaving.socket.destroy();
  }
});

Deno.test("a client that goes on writing to a store that has ended is reset, as without a wire", async () => {
  await using server = await scripted((socket) =>
    socket.once("data", () => {
      socket.end("bye");
      setTimeout(() => socket.destroy(), 20);
    })
  );
  await using road = await wired(server.url);
  const client = knock(road.wire.port);
  client.socket.write(startup(196608, "user\0"));
  assert.equal(await client.ended, "end");
  const reset = new Promise<string>((resolve) =>
    client.socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code!))
  );
  const writing = setInterval(() => client.socket.write("more"), 10);
  assert.match(await reset, /ECONNRESET|EPIPE/);
  clearInterval(writing);
});

Deno.test("when the store refuses, the client sees its connection accepted and then ended", async () => {
  const port = await freePort();
  await using road = await wired(new URL(`postgres://127.0.0.1:${port}/`));
  const watch = road.wire.watch();
  const client = knock(road.wire.port);
  assert.equal(await client.ended, "end");
  assert.deepEqual(road.events(), ["0 opened instance", "0 refused store"]);
  assert.equal(watch.traffic().refused, 1);
  client.socket.destroy();
  returnPort(port);
});

Deno.test("a wire that refuses ends what is open and refuses at once, until it accepts again on the same port", async () => {
  await using road = await wired(postgresUrl);
  const port = road.wire.port;
  const open = knock(port);
  open.socket.write(startup(196608, "user\0postgres\0\0"));
  await eventually("the store has greeted", () => road.names().includes("down ReadyForQuery"));
  await road.wire.refuse();
  assert.equal(await open.ended, "end");
  open.socket.destroy();
  assert.equal(await knock(port).ended, "ECONNREFUSED");
  await road.wire.accept();
  const again = knock(port);
  again.socket.write(startup(196608, "user\0postgres\0\0"));
  await eventually(
    "the store has greeted again",
    () => road.names().filter((n) => n === "down ReadyForQuery").length === 2,
  );
  again.socket.destroy();
});

Deno.test("a slow reader makes a fast store wait, and gets every byte", async () => {
  // Messages of 64 KiB, none like another, so that a byte out of place shows.
  const reply = Buffer.alloc(64 << 20);
  for (let at = 0; at < reply.length; at += 65_536) {
    reply.write("D", at, "latin1");
    reply.writeInt32BE(65_535, at + 1);
    for (let i = at + 8; i < at + 65_536; i += 4) reply.writeInt32BE(i, i);
  }
  let unsent = 0;
  await using server = await scripted((socket) =>
    socket.once("data", () => {
      socket.end(reply);
      unsent = socket.writableLength;
    })
  );
  await using road = await wired(server.url);
  const client = knock(road.wire.port);
  client.socket.pause();
  client.socket.write(startup(196608, "user\0"));
  await eventually("the store has begun to send", () => unsent > 0);
  const before = Deno.memoryUsage().rss;
  await new Promise((resolve) => setTimeout(resolve, 100)); // time in which a wire without brakes would swallow all
  assert.ok(Deno.memoryUsage().rss - before < reply.length / 2);
  client.socket.resume();
  assert.equal(await client.ended, "end");
  assert.ok(client.bytes().equals(reply));
  assert.equal(road.messages().filter((m) => m.message === "DataRow").length, reply.length / 65_536);
  client.socket.destroy();
});

Deno.test("close() ends both sides of every connection, and tells how many stores did not", async () => {
  await using deaf = await scripted((socket) => socket.resume(), { endsToo: false });
  const road = await wired(deaf.url);
  const client = knock(road.wire.port);
  await eventually("it is open", () => road.wire.connections().length === 1);
  assert.deepEqual(await road.wire.close(50), { undrained: 1 });
  assert.match(await client.ended, /end|ECONNRESET/);
  assert.equal(road.wire.connections().length, 0);
  assert.equal(await knock(road.wire.port).ended, "ECONNREFUSED");
  await road[Symbol.asyncDispose]();

  await using whole = await wired(postgresUrl);
  const sql = postgres(whole.url.href, { max: 5, fetch_types: false, backoff: false });
  await Promise.all(Array.from({ length: 5 }, () => sql`select pg_sleep(0.01)`));
  assert.equal(whole.wire.connections().length, 5);
  assert.deepEqual(await whole.wire.close(2_000), { undrained: 0 });
  assert.equal(whole.wire.connections().length, 0);
  assert.equal(whole.events().filter((event) => event.endsWith("drained store")).length, 5);
  await sql.end({ timeout: 0 });
});

Deno.test("a run begins anew: ordinals from 0, nothing armed, nothing recorded of the run before", async () => {
  await using road = await wired(postgresUrl);
  const first = knock(road.wire.port);
  await eventually("it is open", () => road.entries.length === 1);
  await road.wire.close(1_000);
  first.socket.destroy();
  const entries: number[] = [];
  await road.wire.open({ record: (entry) => void entries.push(entry.connection), now: () => 0 });
  const second = knock(road.wire.port);
  await eventually("it is open", () => entries.length === 1);
  assert.deepEqual(entries, [0]);
  second.socket.destroy();
});

Deno.test("encryption is refused with N unless the scenario lets it pass; then it passes unread", async () => {
  const answers = async (tls: "pass" | "refuse") => {
    await using server = await scripted((socket) => {
      socket.once("data", () => {
        socket.write("S");
        socket.on("data", (bytes) => socket.write(bytes));
      });
    });
    await using road = await wired(server.url, { tls });
    const client = knock(road.wire.port);
    client.socket.write(startup(80877103));
    await eventually("it is answered", () => client.length() === 1);
    const answer = client.text();
    if (answer === "S") {
      client.socket.write(Buffer.from([0x16, 3, 1, 0, 200, 1]));
      await eventually("it is echoed", () => client.length() === 7);
    }
    client.socket.destroy();
    assert.equal(road.wire.unknownMessages, 0);
    return [answer, ...road.names()];
  };
  assert.deepEqual(await answers("refuse"), ["N"]);
  assert.deepEqual(await answers("pass"), ["S", "up SSLRequest", "down SSLResponse", "up Encrypted", "down Encrypted"]);
});
