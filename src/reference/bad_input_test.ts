/**
 * Bad input to the three parts on Redis: odd keys, messages of no and of many bytes, and a Redis that will not do, because of its password,
 * its age, its role or its eviction. Each gets a clear error at the start or at the call, and what was acknowledged stays. Options that
 * cannot work are tested beside each part.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Redis as Driver } from "ioredis";
import type { RedisServer } from "../platform/native/redis_server.ts";
import { type Batch, type DebouncerOptions, openDebouncer } from "./debouncer/mod.ts";
import { Relay } from "./dedupe/fixtures/relay.ts";
import { StoreUnavailable, UnsuitableStore } from "./errors.ts";
import { ownServers, RedisStage, until } from "./fixtures/redis_stage.ts";
import { type IdempotencyOptions, openIdempotency } from "./idempotency/mod.ts";
import { openLimiter } from "./limiter/mod.ts";

const start = await ownServers();
/** For what no other server has to suffer. */
const shared = await start();

/** A part, open. */
interface Part extends AsyncDisposable {
  /** Has something acknowledged, under this key. */
  use(key: string): Promise<void>;
  /** Fails unless all that was acknowledged under this key is still known, once. */
  kept(key: string): Promise<void>;
}

const deadlineMs = 2_000;
type Log = NonNullable<IdempotencyOptions["log"]>;

const parts: Readonly<Record<string, (url: URL, log?: Log) => Promise<Part>>> = {
  async limiter(url, log) {
    const limiter = await openLimiter({ url, prefix: "limiter:", deadlineMs, log, limit: 2, windowMs: 60_000 });
    return {
      use: async (key) => assert.equal((await limiter.allow(key)).remaining, 1),
      kept: async (key) => assert.equal((await limiter.allow(key, { cost: 2 })).remaining, 1),
      [Symbol.asyncDispose]: () => limiter.close(),
    };
  },
  async idempotency(url, log) {
    const checker = await openIdempotency({ url, prefix: "idempotency:", deadlineMs, log });
    return {
      use: async (key) => assert.equal((await checker.run(key, () => key.length)).verdict, "first"),
      async kept(key) {
        const again = await checker.run(key, () => assert.fail("it was run twice"));
        assert.deepEqual(again, { verdict: "duplicate", value: key.length });
      },
      [Symbol.asyncDispose]: () => checker.close(),
    };
  },
  async debouncer(url, log) {
    const debouncer = await openDebouncer({ url, prefix: "debouncer:", deadlineMs, log, quietMs: 1 });
    return {
      use: async (key) => assert.equal(await debouncer.push(key, { id: "m1", body: "said" }), "accepted"),
      async kept(key) {
        assert.equal(await debouncer.push(key, { id: "m1", body: "said" }), "duplicate");
        assert.deepEqual((await handled(debouncer, key)).map(({ body }) => body), ["said"]);
      },
      [Symbol.asyncDispose]: () => debouncer.close(),
    };
  },
};

/** What the next batch of a conversation holds. */
async function handled(
  debouncer: Awaited<ReturnType<typeof openDebouncer>>,
  conversation: string,
): Promise<Batch["messages"]> {
  const messages: Batch["messages"][number][] = [];
  const endsAtMs = performance.now() + 5_000;
  while (messages.length === 0 && performance.now() < endsAtMs) {
    await debouncer.turn((batch) => void messages.push(...batch.messages), { conversation });
  }
  return messages;
}

async function withAdmin(url: URL, work: (ask: (...words: string[]) => Promise<unknown>) => Promise<void>) {
  const admin = new Driver(url.href, { lazyConnect: true });
  try {
    await work((...words) => admin.call(...words as [string]));
  } finally {
    admin.disconnect();
    await new Promise((resolve) => admin.once("end", resolve));
  }
}

/** The error with which it was refused; it has to be of this kind, to say this, and to be short enough to be read. */
async function refusal(work: Promise<unknown>, kind: new (...args: never[]) => Error, says: RegExp): Promise<Error> {
  const error = await work.then(() => assert.fail("it was not refused"), (thrown) => thrown);
  assert.ok(error instanceof kind, `${error}`);
  assert.match(error.message, says);
  assert.ok(error.message.length < 300, error.message.slice(0, 400));
  return error;
}

function withPassword({ url }: RedisServer, password: string): URL {
  const other = new URL(url);
  other.password = password;
  return other;
}

const odd = ["{a}", "a}{b", "{}", " ", "a b ", "line\nbreak\r\n", "*3\r\n$3\r\nDEL", "é🙂", "a".repeat(1_024)];
const long = "x".repeat(2 ** 20);

for (const [name, open] of Object.entries(parts)) {
  Deno.test(`${name}: keys with braces, spaces and line breaks are kept apart, each under a key of ours`, async () => {
    await using part = await open(shared.url);
    for (const key of odd) await part.use(key);
    for (const key of odd) await part.kept(key);
    await withAdmin(shared.url, async (ask) => {
      for (const key of await ask("KEYS", "*") as string[]) {
        assert.match(key, /^(limiter:60000|idempotency|debouncer):\{/);
      }
    });
  });

  Deno.test(`${name}: a key with NUL or of 1 MiB is kept like any other, or refused before anything is sent`, async () => {
    await using part = await open(shared.url);
    for (const key of ["a\0b", long]) {
      if (name !== "debouncer") await part.use(key).then(() => part.kept(key));
      else await refusal(part.use(key), TypeError, /^Cannot push: the conversation /);
    }
    for (const key of ["", "\ud800", `${long}y`]) await refusal(part.use(key), TypeError, /^Cannot /);
    await part.use("a");
  });

  Deno.test(`${name}: a password that is missing, wrong or changed is an error without it, and the right one will do`, async () => {
    await using server = await start({ requirepass: "s3cr3t-right" });
    const said: unknown[] = [];
    const log: Log = (record) => said.push(record);
    for (const [password, says] of [["", /asks for a password/], ["s3cr3t-wrong", /user and password/]] as const) {
      said.push(await refusal(open(withPassword(server, password), log), UnsuitableStore, says));
    }
    said.push(await refusal(open(new URL("http://:s3cr3t-x@127.0.0.1"), log), TypeError, /has to look like redis:/));
    await using part = await open(withPassword(server, "s3cr3t-right"), log);
    await part.use("a");
    await withAdmin(server.url, async (ask) => {
      await ask("CONFIG", "SET", "requirepass", "s3cr3t-new");
      await ask("CLIENT", "KILL", "TYPE", "normal");
      const answer = () => part.use("b").then(() => assert.fail("it was not refused"), (thrown: unknown) => thrown);
      // Until the client has heard that its connection is gone, calls fail by that.
      await until(
        "it connects again",
        async () => said.push(await answer()) > 0 && said.at(-1) instanceof UnsuitableStore,
      );
      said.push(await refusal(part.use("b"), UnsuitableStore, /user and password/));
      await ask("CONFIG", "SET", "requirepass", "s3cr3t-right");
    });
    await part.kept("a");
    await part.use("c");
    const printed = said.map((one) => `${Deno.inspect(one, { depth: 99 })} ${JSON.stringify(one)}`).join("\n");
    assert.doesNotMatch(printed, /s3cr3t/);
  });

  Deno.test(`${name}: a Redis older than 6.2 is refused at the start, with its version`, async () => {
    await using stage = new RedisStage();
    const { relay, url } = await Relay.to(stage.url);
    await using _relay = relay;
    const older = (text: string) => text.replace(/redis_version:\d\.\d/, "redis_version:6.0");
    relay.gate = (chunk, way) => way === "down" ? Buffer.from(older(chunk.toString("latin1")), "latin1") : chunk;
    await refusal(open(url), UnsuitableStore, /it is "6\.0\.\d+", and has to be 6\.2 or later/);
  });

  Deno.test(`${name}: a replica is refused at the start, and one that becomes it refuses calls and keeps what it has`, async () => {
    await using server = await start();
    await using replica = await start({ replicaof: `127.0.0.1 ${server.url.port}` });
    await refusal(open(replica.url), UnsuitableStore, new RegExp(`a replica; .* 127.0.0.1:${server.url.port}`));
    await using part = await open(server.url);
    await part.use("a");
    await withAdmin(server.url, async (ask) => {
      await ask("REPLICAOF", "127.0.0.1", "1");
      await refusal(part.use("b"), StoreUnavailable, /nothing happened|not run/);
      await refusal(open(server.url), UnsuitableStore, /a replica/);
      await ask("REPLICAOF", "NO", "ONE");
    });
    await part.use("b");
    for (const key of ["a", "b"]) await part.kept(key);
  });

  Deno.test(`${name}: a Redis that may evict is refused at the start with what mends it, and then has what it had`, async () => {
    await using server = await start();
    await using first = await open(server.url);
    await first.use("a");
    await withAdmin(server.url, async (ask) => {
      await ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
      await refusal(open(server.url), UnsuitableStore, /"allkeys-lru".*"CONFIG SET maxmemory-policy noeviction"/);
      await ask("CONFIG", "SET", "maxmemory-policy", "noeviction");
    });
    await using second = await open(server.url);
    await second.kept("a");
  });
}

const mebibytes16 = "m".repeat(2 ** 24);

Deno.test("debouncer: a message of 0 bytes is one like any other; 16 MiB are refused before anything is sent, or come back whole", async () => {
  const open = (more: Partial<DebouncerOptions> = {}) =>
    openDebouncer({ url: shared.url, quietMs: 1, deadlineMs: 10_000, ...more });
  await using debouncer = await open();
  for (const body of ["", new Uint8Array()]) await debouncer.push("c", { id: `none ${typeof body}`, body });
  const error = await refusal(debouncer.push("c", { id: "large", body: mebibytes16 }), TypeError, /messageBytesMax/);
  assert.match(error.message, /16777216 bytes, and 1048576 are the most/);
  await using larger = await open({ messageBytesMax: 2 ** 24 });
  await larger.push("d", { id: "large", body: mebibytes16 });
  assert.deepEqual((await handled(larger, "c")).map(({ body }) => body), ["", new Uint8Array()]);
  assert.equal((await handled(larger, "d"))[0]?.body, mebibytes16);
});

Deno.test("debouncer: 16 MiB for which Redis has no memory are refused, and what it has accepted is handled", async () => {
  await using server = await start();
  const options = { url: server.url, quietMs: 1, deadlineMs: 10_000, messageBytesMax: 2 ** 24 };
  await using debouncer = await openDebouncer(options);
  await withAdmin(server.url, async (ask) => {
    const used = Number(/^used_memory:(\d+)/m.exec(String(await ask("INFO", "memory")))?.[1]);
    await ask("CONFIG", "SET", "maxmemory", String(used + 2 ** 23));
  });
  await debouncer.push("c", { id: "small", body: "said" });
  await refusal(debouncer.push("c", { id: "large", body: mebibytes16 }), StoreUnavailable, /OOM/);
  assert.deepEqual((await handled(debouncer, "c")).map(({ body }) => body), ["said"]);
});

Deno.test("idempotency: results and inputs of 0 bytes and of 16 MiB are remembered as done, the large result only if it may be", async () => {
  const options = { url: shared.url, deadlineMs: 10_000 };
  await using checker = await openIdempotency(options);
  await using larger = await openIdempotency({ ...options, resultBytesMax: 2 ** 24 });
  const fits = mebibytes16.slice(2); // as JSON it has quotes
  const runs = [[checker, "none", "", ""], [checker, "large", mebibytes16, undefined], [
    larger,
    "fits",
    fits,
    fits,
  ]] as const;
  for (const [one, key, result, known] of runs) {
    const fingerprint = result;
    assert.deepEqual(await one.run(key, () => result, { fingerprint }), { verdict: "first", value: result });
    const again = await one.run(key, () => assert.fail("it was run twice"), { fingerprint });
    assert.deepEqual(again, { verdict: "duplicate", value: known });
    const other = await one.run(key, () => assert.fail("it is another task"), { fingerprint: `${result}x` });
    assert.deepEqual(other, { verdict: "conflict" });
  }
});
