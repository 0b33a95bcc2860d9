/**
 * The stack of containers, on a real engine that has the images: it starts, its servers can be struck, and nothing of it
 * stays behind, whatever way its session ends.
 */
import assert from "node:assert/strict";
import { withPostgres } from "../ask_postgres.ts";
import { withRedis } from "../ask_redis.ts";
import { beginSession, eventually, guardsOf } from "../fixtures/sessions.ts";
import { StackError } from "../native/stack_error.ts";
import type { OwnServer, Stack } from "../stack.ts";
import { Engine, findEngine } from "./engine.ts";
import { hasImage, images } from "./images.ts";
import { ofSession } from "./removal.ts";
import { startContainers } from "./stack.ts";

const answerMsMax = 500;
const engine = await findEngine();
const here = typeof engine !== "string" &&
  (await Promise.all(Object.values(images).map((image) => hasImage(engine, image)))).every(Boolean);

/** Which starts soonest. */
const redisAlone = { services: ["redis"] } as const;
const options = () => ({
  session: crypto.randomUUID().slice(0, 8),
  services: ["postgres", "redis"] as const,
  lanes: 1,
  instances: 2,
  signal: AbortSignal.timeout(60_000),
  say: () => {},
});

for (const publish of [false, true]) {
  Deno.test({
    name: `containers ${publish ? "behind published ports" : "on this machine's network"} answer, are struck, and go`,
    ignore: !here,
    async fn() {
      const opts = options();
      const stack = await startContainers({ ...opts, ...(publish && redisAlone), publish });
      try {
        assert.equal(publish, stack.toxiproxy.ports !== undefined);
        if (!publish) await postgresStruck(stack);
        const redis = await stack.own.redis!({ maxmemory: "50mb" });
        await struck(redis, { write: (url) => command(url, "SET", "kept", "42"), read: redisKept });
        await redis.restart({ emptied: true });
        assert.equal(await command(redis.url, "GET", "kept"), null, "it was to forget");
        await redis.freeze();
        await redis.thaw();
        await command(redis.url, "ACL", "SETUSER", "kept", "on", ">kept");
        assert.equal(await command(redis.url, "ACL", "SAVE"), "OK");
        await redis.freeze();
        await redis.kill();
        await redis.restart({ settings: { "key-load-delay": "100" } });
        assert.match(String(await command(redis.url, "ACL", "LIST")), /user kept on/, "it was to know its users");
        assert.deepEqual(await command(redis.url, "CONFIG", "GET", "key-load-delay"), ["key-load-delay", "100"]);
        assert.deepEqual(await command(redis.url, "CONFIG", "GET", "maxmemory"), ["maxmemory", "52428800"]);
        assert.ok((await published(opts.session)).every((address) => address === "127.0.0.1"), "loopback alone");
        await redis[Symbol.asyncDispose]();
        await assert.rejects(command(redis.url, "PING"));
      } finally {
        await Promise.all([stack[Symbol.asyncDispose](), stack[Symbol.asyncDispose]()]);
      }
      assert.deepEqual(await left(opts.session), []);
    },
  });
}

Deno.test({
  name: "a container that ends by itself is told with its name",
  ignore: !here,
  async fn() {
    const opts = options();
    const stack = await startContainers({ ...opts, services: ["postgres"] });
    try {
      const [container] = (await left(opts.session)).filter(({ Image }) => Image === images.postgres);
      await asked().ask("POST", `/containers/${container!.Id}/kill?signal=KILL`);
      assert.match(await Promise.race(stack.died), /^Postgres "shared" ended by itself with SIGKILL/);
    } finally {
      await stack[Symbol.asyncDispose]();
    }
  },
});

Deno.test({
  name: "containers are removed when the harness is killed with -9 or throws, or is aborted while they start",
  ignore: !here,
  async fn() {
    const ends = await Promise.all([beginSession("containers", redisAlone), beginSession("containers", redisAlone)]);
    await using killed = ends[0];
    await using thrown = ends[1];
    await Promise.all([killed.kill("SIGKILL"), thrown.tell("throw")]);
    for (const { session } of ends) await eventually("nothing is left", async () => (await left(session)).length === 0);

    const aborter = new AbortController();
    const opts = { ...options(), signal: aborter.signal };
    const started = assert.rejects(startContainers(opts), /enough/);
    await eventually("a container was made", async () => (await left(opts.session)).length > 0);
    aborter.abort(new Error("enough"));
    await started;
    assert.deepEqual(await left(opts.session), []);
  },
});

Deno.test({
  name:
    "containers whose harness and guard were both killed are swept by the next session, and those of a living one are not",
  ignore: !here,
  async fn() {
    const both = await Promise.all([beginSession("containers", redisAlone), beginSession("containers", redisAlone)]);
    await using dead = both[0];
    await using living = both[1];
    for (const pid of await guardsOf(dead.session)) Deno.kill(pid, "SIGKILL");
    await dead.kill("SIGKILL");
    assert.notDeepEqual(await left(dead.session), [], "nobody was there to remove them");
    const said: string[] = [];
    const next = await startContainers({ ...options(), ...redisAlone, say: (line) => said.push(line) });
    await next[Symbol.asyncDispose]();
    assert.ok(said.some((line) => line.includes(dead.session)), said.join("\n"));
    assert.deepEqual(await left(dead.session), []);
    assert.notDeepEqual(await left(living.session), []);
    await living.tell("end");
    assert.deepEqual(await left(living.session), []);
  },
});

Deno.test("without an engine there is one sentence, and what to do", async () => {
  const before = Deno.env.get("DOCKER_HOST");
  Deno.env.set("DOCKER_HOST", "tcp://192.0.2.1:2375");
  try {
    await assert.rejects(startContainers(options()), (error: unknown) => {
      assert.ok(error instanceof StackError);
      assert.match(error.message, /no engine answers \(tcp:\/\/192\.0\.2\.1:2375: it is on another machine/);
      return true;
    });
  } finally {
    if (before === undefined) Deno.env.delete("DOCKER_HOST");
    else Deno.env.set("DOCKER_HOST", before);
  }
});

async function postgresStruck(stack: Stack): Promise<void> {
  assert.deepEqual(Object.keys(stack.versions), ["postgres", "redis", "toxiproxy"]);
  assert.equal(await sum(stack.shared.postgres!.url, "select 42 as sum"), 42);
  const own = await stack.own.postgres!({ max_connections: "7" });
  assert.equal(await sum(own.url, "select current_setting('max_connections')::int as sum"), 7);
  await struck(own, {
    write: (url) => sum(url, "create table kept as select 42 as sum"),
    read: (url) => sum(url, "select sum from kept"),
  });
}

/** Kill and restart, freeze and thaw: what was written is there, and no answer comes in between. */
async function struck(
  server: OwnServer,
  store: { write(url: URL): Promise<unknown>; read(url: URL): Promise<unknown> },
): Promise<void> {
  await store.write(server.url);
  await server.kill();
  await assert.rejects(store.read(server.url));
  await server.restart();
  assert.equal(Number(await store.read(server.url)), 42);
  await server.freeze();
  await assert.rejects(store.read(server.url), "a frozen server answers nobody");
  await server.thaw();
  assert.equal(Number(await store.read(server.url)), 42);
}

const redisKept = (url: URL) => command(url, "GET", "kept");

async function sum(url: URL, text: string): Promise<number | undefined> {
  const [row] = await withPostgres(url, answerMsMax, (ask) => ask<{ sum: number }>(text));
  return row?.sum;
}

async function command(url: URL, name: string, ...args: string[]): Promise<unknown> {
  return await withRedis(url, answerMsMax, (call) => call(name, ...args));
}

interface Container {
  readonly Id: string;
  readonly Image: string;
  readonly Ports: readonly { readonly IP?: string }[];
}

async function left(session: string): Promise<Container[]> {
  const query = new URLSearchParams({ all: "1", filters: JSON.stringify(ofSession(session)) });
  const networks = await asked().ask<Container[]>("GET", `/networks?${query}`);
  return [...networks, ...await asked().ask<Container[]>("GET", `/containers/json?${query}`)];
}

/** The addresses on which anything of a session is published. */
async function published(session: string): Promise<string[]> {
  return (await left(session)).flatMap(({ Ports }) => Ports ?? []).flatMap(({ IP }) => IP === undefined ? [] : [IP]);
}

function asked(): Engine {
  assert.ok(engine instanceof Engine);
  return engine;
}
