/**
 * A real Redis of our own: killed, frozen and started again, with and without what it knew.
 */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { until } from "../fixtures/until.ts";
import { isFree } from "./free_port.ts";
import { namesIn, realPath } from "./folders.ts";
import { askRedis } from "./redis_answer.ts";
import type { Installation } from "./program.ts";
import { obtainPrograms } from "./obtain.ts";
import { type RedisServer, startRedis } from "./redis_server.ts";
import { serviceUser } from "./service_user.ts";
import { Session } from "./session.ts";
import { StackError, startNative } from "./stack.ts";

const waitMsMax = 10_000;

const signal = new AbortController().signal;
const quiet = { say: () => {}, signal };
const user = await serviceUser();
const stack = await startNative({ say: (line) => console.error(line), signal });

Deno.test("a Redis of our own forgets nothing, evicts nothing, and listens on loopback alone", async () => {
  await using server = await stack.ownRedis();
  assert.match(server.version, /^\d+\.\d+\.\d+$/);
  assert.equal(server.product, /valkey/i.test(stack.versions.redis ?? "") ? "Valkey" : "Redis");
  assert.ok(stack.why.includes(`Redis ${server.version}`));
  const settings = {
    bind: "127.0.0.1",
    appendonly: "yes",
    appendfsync: "everysec",
    "maxmemory-policy": "noeviction",
    save: "",
    ...(Number.parseInt(server.version) >= 7 && { "enable-debug-command": "local" }),
  };
  for (const [name, value] of Object.entries(settings)) {
    assert.deepEqual(await command(server, "config", "get", name), [name, value]);
  }
});

Deno.test("after kill -9 it starts on the same port, with all that it acknowledged", async () => {
  await using server = await stack.ownRedis();
  const { pid, url: { href } } = server;
  await command(server, "set", "kept", "42");
  await server.kill();
  assert.equal(server.alive(), false);
  assert.equal(isFree(Number(server.url.port)), true, "a killed server still holds its port");
  await server.restart();
  assert.notEqual(server.pid, pid);
  assert.equal(server.url.href, href);
  assert.equal(await command(server, "get", "kept"), "42");
  await server.restart();
  assert.equal(await command(server, "get", "kept"), "42", "restart of a running server");
  assert.equal(await Promise.race([server.died, Promise.resolve("alive")]), "alive");
});

Deno.test("started again emptied it knows nothing, and keeps what it learns then", async () => {
  await using server = await stack.ownRedis();
  await command(server, "set", "forgotten", "1");
  await server.restart({ emptied: true });
  assert.equal(await command(server, "dbsize"), 0);
  await command(server, "set", "kept", "1");
  await server.restart();
  assert.equal(await command(server, "dbsize"), 1);
});

Deno.test("settings of a start hold for that start; those of the server hold for all", async () => {
  await using server = await stack.ownRedis({ hz: "17", "client-output-buffer-limit": "pubsub 16mb 4mb 30" });
  await server.restart({ settings: { maxmemory: "3000000" } });
  assert.deepEqual(await command(server, "config", "get", "maxmemory"), ["maxmemory", "3000000"]);
  assert.deepEqual(await command(server, "config", "get", "hz"), ["hz", "17"]);
  await server.restart();
  assert.deepEqual(await command(server, "config", "get", "maxmemory"), ["maxmemory", "0"]);
});

Deno.test("a password of its settings is in its address", async () => {
  await using server = await stack.ownRedis({ requirepass: "p/ss" });
  assert.equal(await command(server, "ping"), "PONG");
  const open = new URL(server.url);
  open.password = "";
  await assert.rejects(askRedis(open, 1_000), /NOAUTH/);
});

Deno.test("started while loading it answers LOADING first, and then with all that it knew", async () => {
  await using server = await stack.ownRedis();
  await command(server, "eval", "for i = 1, 5000 do redis.call('set', 'key' .. i, 'value') end", "0");
  // 0.3 ms for each of 5,000 keys: 1.5 s, in which it looks up from its work every 1,024 keys.
  await server.restart({ settings: { "key-load-delay": "300" }, whileLoading: true });
  assert.equal((await askRedis(server.url, 5_000)).loading, true);
  await until(async () => !(await askRedis(server.url, 5_000)).loading, waitMsMax);
  assert.equal(await command(server, "dbsize"), 5000);
  await server.restart({ settings: { "key-load-delay": "60" } });
  assert.equal(await command(server, "dbsize"), 5000, "unless told, a restart waits for the end of loading");
});

Deno.test("frozen it answers nothing, and thawed it answers what it was asked meanwhile", async () => {
  await using server = await stack.ownRedis();
  await using client = connect(server);
  await client.redis.set("counted", "0");
  await server.freeze();
  assert.equal(server.alive(), true);
  const asked = client.redis.incr("counted");
  await assert.rejects(askRedis(server.url, 200), /did not answer/);
  assert.equal(await Promise.race([asked, Promise.resolve("nothing")]), "nothing");
  await server.thaw();
  assert.equal(await asked, 1);
});

Deno.test("a frozen server can be killed, started again and disposed; one that does not run cannot be frozen", async () => {
  const server = await stack.ownRedis();
  await server.freeze();
  await server.freeze();
  await server.restart();
  assert.equal(await command(server, "ping"), "PONG");
  await server.freeze();
  await server.kill();
  for (const change of [() => server.freeze(), () => server.thaw()]) {
    await assert.rejects(change, (error: unknown) => {
      assert.ok(error instanceof StackError);
      assert.match(`${error.what} ${error.why}`, /Cannot (freeze|thaw) Redis .* it does not run/s);
      return true;
    });
  }
  await server.restart();
  const folder = await command(server, "config", "get", "dir") as string[];
  await server.freeze();
  await server[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  assert.equal(isFree(Number(server.url.port)), true);
  assert.equal(realPath(folder[1] ?? "/"), undefined, "its data stayed");
});

Deno.test("several servers run side by side, each with its own data", async () => {
  const servers = await Promise.all([1, 2, 3].map(() => stack.ownRedis()));
  try {
    await command(servers[0]!, "set", "mine", "1");
    assert.deepEqual(await Promise.all(servers.map((server) => command(server, "dbsize"))), [1, 0, 0]);
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
});

Deno.test("a server that ends by itself is mourned, with how", async () => {
  await using server = await stack.ownRedis();
  Deno.kill(server.pid, "SIGKILL");
  const late = new Promise<string>((resolve) => {
    AbortSignal.timeout(10_000).addEventListener("abort", () => resolve("not within 10 s"));
  });
  assert.match(await Promise.race([server.died, late]), /^Redis "\d+" ended by itself with SIGKILL/);
});

Deno.test("a stranger on its port is not taken for it", async () => {
  await using server = await stack.ownRedis();
  await using session = await Session.open(user, quiet);
  const program = await obtainRedis();
  const short = { session, program, name: "1", settings: {}, deadlineMs: 1_500, signal };
  await using displaced = await startRedis(short);
  await displaced.kill();
  using stranger = relayTo(server, Number(displaced.url.port));
  await assert.rejects(displaced.restart(), (error: unknown) => {
    assert.ok(error instanceof StackError);
    assert.match(error.why, /Failed listening on port/);
    return true;
  });
  assert.ok(stranger.asked > 0, "the stranger was never asked");
  stranger[Symbol.dispose]();
  await displaced.restart();
});

Deno.test("an abort while it starts rejects with the reason, and what was launched ends with the session", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  const path = `${folder}/redis-server`;
  await Deno.writeTextFile(path, "#!/bin/sh\nsleep 60\n", { mode: 0o755 });
  const aborter = new AbortController();
  {
    await using session = await Session.open(user, quiet);
    const program = { path, version: "7.0.15", where: "a test" };
    const slow = { session, program, name: "1", settings: {}, deadlineMs: 30_000, signal: aborter.signal };
    const rejects = assert.rejects(startRedis(slow), /enough/);
    await until(() => namesIn(`${session.folder}/running`).includes("redis-1"), waitMsMax);
    aborter.abort(new Error("enough"));
    await rejects;
  }
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "args="] }).output();
  assert.equal(new TextDecoder().decode(stdout).includes(path), false);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a setting that it does not know is one error with its log, and leaves nothing", async () => {
  await assert.rejects(stack.ownRedis({ nonsense: "1" }), (error: unknown) => {
    assert.ok(error instanceof StackError);
    assert.match(error.what, /Cannot start Redis/);
    assert.match(error.why, /ended with code 1.*nonsense/s);
    return true;
  });
});

/** A port that answers as another Redis does, because another one does. */
function relayTo(server: RedisServer, port: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const counted = { asked: 0, [Symbol.dispose]: () => listener[Symbol.dispose]() };
  void (async () => {
    for await (const taken of listener) {
      counted.asked++;
      const real = await Deno.connect({ hostname: "127.0.0.1", port: Number(server.url.port) });
      // Either end may be gone first: an error here is that.
      void Promise.allSettled([taken.readable.pipeTo(real.writable), real.readable.pipeTo(taken.writable)]);
    }
  })();
  return counted;
}

async function obtainRedis(): Promise<Installation> {
  const { redis } = await obtainPrograms(user, quiet);
  if (redis instanceof StackError) throw redis;
  return redis;
}

function connect(server: RedisServer) {
  const redis = new Redis(server.url.href, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  // Each command rejects with it too.
  redis.on("error", () => {});
  return { redis, [Symbol.asyncDispose]: () => Promise.resolve(redis.disconnect()) };
}

async function command(server: RedisServer, name: string, ...words: string[]): Promise<unknown> {
  await using client = connect(server);
  return await client.redis.call(name, ...words);
}
