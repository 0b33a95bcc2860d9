/**
 * What the Redis client makes of servers that refuse: for a while (loading, read-only, out of memory, busy), or until somebody
 * changes the set-up (a password, rights, a replica, eviction, an old version). Each on a real server of its own.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Redis as Driver } from "ioredis";
import { OutcomeUnknown, StoreUnavailable, UnsuitableStore } from "./errors.ts";
import { ownServers, until } from "./fixtures/redis_stage.ts";
import { openRedis, type Script } from "./redis.ts";

const start = await ownServers();

const lua = "-- write: of a test\nredis.call('get', KEYS[1]) return redis.call('set', KEYS[1], ARGV[1])";
const write: Script = { name: "write", lua, sha1: createHash("sha1").update(lua).digest("hex") };
const options = { deadlineMs: 1_000 };

async function withAdmin<T>(url: URL, work: (admin: Driver) => Promise<T>): Promise<T> {
  const admin = new Driver(url.href, { lazyConnect: true });
  try {
    return await work(admin);
  } finally {
    admin.disconnect();
    await new Promise((resolve) => admin.once("end", resolve));
  }
}

async function refusal(work: Promise<unknown>, kind: new (...args: never[]) => Error, says: RegExp): Promise<void> {
  const error = await work.then(() => assert.fail("it was not refused"), (thrown) => thrown);
  assert.ok(error instanceof kind, `${error}`);
  assert.match(error.message, says);
}

Deno.test("what Redis refuses for a while is StoreUnavailable, nothing happened, and the next call is served", async () => {
  await using server = await start();
  await using redis = await openRedis({ url: server.url, ...options }, [write]);
  const run = (value: string) => redis.run(write, ["k"], [value]);
  await withAdmin(server.url, async (admin) => {
    await run("first");
    const while_ = async (set: string[], unset: string[], says: RegExp) => {
      await admin.call(set[0]!, ...set.slice(1));
      await refusal(run("refused"), StoreUnavailable, says);
      await admin.call(unset[0]!, ...unset.slice(1));
      assert.equal(await admin.get("k"), "first");
    };
    await while_(["config", "set", "maxmemory", "1"], ["config", "set", "maxmemory", "0"], /OOM/);
    await while_(
      ["config", "set", "min-replicas-to-write", "1"],
      ["config", "set", "min-replicas-to-write", "0"],
      /NOREPLICAS/,
    );
    await while_(["replicaof", "127.0.0.1", "1"], ["replicaof", "no", "one"], /READONLY/);
    await admin.config("SET", "replica-serve-stale-data", "no");
    await while_(["replicaof", "127.0.0.1", "1"], ["replicaof", "no", "one"], /MASTERDOWN/);
    await run("last");
    assert.equal(await admin.get("k"), "last");
  });
});

Deno.test("a Redis that is busy with somebody's script is StoreUnavailable", async () => {
  await using server = await start({ "lua-time-limit": "10" });
  await using redis = await openRedis({ url: server.url, ...options }, [write]);
  await withAdmin(server.url, (admin) =>
    withAdmin(server.url, async (loops) => {
      await admin.ping();
      const looping = loops.eval("while true do end", 0).catch((error) => error);
      await until("it is busy", async () => /BUSY/.test(await admin.get("k").then(String, String)));
      await refusal(redis.run(write, ["k"], ["v"]), StoreUnavailable, /BUSY/);
      await admin.script("KILL");
      await looping;
    }));
  assert.equal(await redis.run(write, ["k"], ["v"]), "OK");
});

Deno.test("a Redis that is loading is StoreUnavailable, at the start and later", async () => {
  await using server = await start();
  const fill = "for n = 1, 8000 do redis.call('set', 'key' .. n, n) end";
  await withAdmin(server.url, (admin) => admin.eval(fill, 0));
  await using redis = await openRedis({ url: server.url, ...options }, [write]);
  await server.restart({ settings: { "key-load-delay": "100" }, whileLoading: true });
  await refusal(openRedis({ url: server.url, ...options }, [write]), StoreUnavailable, /loading/);
  await refusal(redis.run(write, ["k"], ["v"]), StoreUnavailable, /LOADING|no connection/);
  await refusal(redis.run(write, ["k"], ["v"]), StoreUnavailable, /LOADING/);
  await until(
    "it is served again",
    async () => await redis.run(write, ["k"], ["v"]).then(() => true, () => false),
    20_000,
  );
});

Deno.test("scripts that the server has forgotten are sent by their text", async () => {
  await using server = await start();
  await using redis = await openRedis({ url: server.url, ...options }, [write]);
  await withAdmin(server.url, (admin) => admin.script("FLUSH"));
  assert.equal(await redis.run(write, ["k"], ["v"]), "OK");
});

Deno.test("a password that is missing or wrong is UnsuitableStore, and no password gets into what is said of it", async () => {
  await using server = await start({ requirepass: "s3cr3t-right" });
  const without = new URL(server.url);
  without.password = "";
  await refusal(openRedis({ url: without, ...options }, [write]), UnsuitableStore, /password/);
  const wrong = new URL(server.url);
  wrong.password = "s3cr3t-wrong";
  const error = await openRedis({ url: wrong, ...options }, [write]).then(() => assert.fail(), (thrown) => thrown);
  assert.ok(error instanceof UnsuitableStore && /user and password/.test(error.message));
  const printed = [Deno.inspect(error, { depth: 99 }), Deno.inspect(error.cause, { depth: 99 }), JSON.stringify(error)];
  assert.doesNotMatch(printed.join(), /s3cr3t/);
  await using redis = await openRedis({ url: server.url, ...options }, [write]);
  assert.equal(await redis.run(write, ["k"], ["v"]), "OK");
});

Deno.test("a user without the rights, and a database that is not there, are UnsuitableStore at the start", async () => {
  await using server = await start({ databases: "2" });
  await withAdmin(
    server.url,
    (admin) => admin.call("acl", "setuser", "weak", "on", ">pw", "~*", "+@all", "-eval", "-script"),
  );
  const weak = new URL(server.url);
  [weak.username, weak.password] = ["weak", "pw"];
  await refusal(openRedis({ url: weak, ...options }, [write]), UnsuitableStore, /has to be allowed/);
  await refusal(
    openRedis({ url: new URL("/2", server.url), ...options }, [write]),
    UnsuitableStore,
    /connect \(ERR DB index/,
  );
  await using redis = await openRedis({ url: new URL("/1", server.url), ...options }, [write]);
  await redis.run(write, ["k"], ["v"]);
  assert.equal(await withAdmin(server.url, (admin) => admin.get("k")), null);
});

Deno.test("a right that is missing in the middle of a script is never said to have done nothing", async () => {
  await using server = await start();
  await withAdmin(server.url, (admin) => admin.call("acl", "setuser", "weak", "on", ">pw", "~*", "+@all", "-rpush"));
  const url = new URL(server.url);
  [url.username, url.password] = ["weak", "pw"];
  const text = "-- half: of a test\nredis.call('set', KEYS[1], 'x') return redis.call('rpush', KEYS[2], 'y')";
  const half = { name: "half", lua: text, sha1: createHash("sha1").update(text).digest("hex") };
  await using redis = await openRedis({ url, ...options }, [half]);
  const error = await redis.run(half, ["a", "b"], []).then(() => assert.fail(), (thrown) => thrown);
  assert.equal(error.name, "ReplyError");
  assert.equal(await withAdmin(server.url, (admin) => admin.get("a")), "x");
});

Deno.test("a replica is UnsuitableStore, and so is one that evicts, with the statement that mends it", async () => {
  await using primary = await start();
  await using replica = await start({ replicaof: `127.0.0.1 ${primary.url.port}` });
  await refusal(
    openRedis({ url: replica.url, ...options }, [write]),
    UnsuitableStore,
    new RegExp(`replica.*${primary.url.port}`),
  );
  await using evicts = await start({ "maxmemory-policy": "allkeys-lru" });
  const statement = /"CONFIG SET maxmemory-policy noeviction"/;
  await refusal(openRedis({ url: evicts.url, ...options }, [write]), UnsuitableStore, statement);
  await withAdmin(evicts.url, (admin) => admin.config("SET", "maxmemory-policy", "noeviction"));
  await using _ = await openRedis({ url: evicts.url, ...options }, [write]);
});

Deno.test("a Redis older than 6.2 is UnsuitableStore", async () => {
  await using old = await ancient("# Server\r\nredis_version:6.0.16\r\nrole:master\r\nmaxmemory_policy:noeviction\r\n");
  await refusal(openRedis({ url: old.url, ...options }, []), UnsuitableStore, /"6\.0\.16".*6\.2/);
});

Deno.test("a Sentinel, and what is no Redis at all, are UnsuitableStore", async () => {
  await using sentinel = await ancient("# Server\r\nredis_version:7.0.15\r\nredis_mode:sentinel\r\n");
  await refusal(openRedis({ url: sentinel.url, ...options }, []), UnsuitableStore, /Sentinel/);
  await using web = await answering(() => "HTTP/1.1 400 Bad Request\r\n\r\n");
  await refusal(openRedis({ url: web.url, ...options }, [write]), UnsuitableStore, /host and port/);
});

Deno.test("a Redis that keeps nothing on its disk is told of at the start", async () => {
  const said: string[] = [];
  const log = ({ event }: { event: string }) => said.push(event);
  await using server = await start();
  await using _ = await openRedis({ url: server.url, ...options, log }, []);
  assert.deepEqual(said, []);
  await withAdmin(server.url, (admin) => admin.config("SET", "appendonly", "no"));
  await using _again = await openRedis({ url: server.url, ...options, log }, []);
  assert.deepEqual(said, ["without_persistence"]);
});

/** Says what a server before 6 says to HELLO, and the given text to INFO. */
function ancient(info: string): Promise<AsyncDisposable & { url: string }> {
  return answering((asked) =>
    Array.from(asked.toLowerCase().matchAll(/hello|info/g), ([word]) => {
      return word === "info" ? `$${info.length}\r\n${info}\r\n` : "-ERR unknown command `HELLO`\r\n";
    }).join("")
  );
}

async function answering(answer: (asked: string) => string): Promise<AsyncDisposable & { url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.on("data", (chunk) => void socket.write(answer(chunk.toString())));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

Deno.test("calls at a server that stands still end in time, and once it goes on each has run once at most", async () => {
  await using server = await start();
  const text = "-- count: of a test\nreturn redis.call('incr', KEYS[1])";
  const count = { name: "count", lua: text, sha1: createHash("sha1").update(text).digest("hex") };
  await using redis = await openRedis({ url: server.url, deadlineMs: 200 }, [count]);
  await server.freeze();
  try {
    await refusal(redis.run(count, ["k"], []), OutcomeUnknown, /sent/);
    await refusal(redis.run(count, ["k"], []), StoreUnavailable, /nothing/);
  } finally {
    await server.thaw();
  }
  assert.ok([1, 2].includes(Number(await redis.run(count, ["k"], []))));
});
