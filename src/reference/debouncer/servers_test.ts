/**
 * Servers that fail under it: out of memory, killed and started again, its scripts forgotten, its connections ended; each a Redis
 * of the test's own. What was accepted is handled all the same.
 */

import assert from "node:assert/strict";
import { Redis as Driver } from "ioredis";
import { ownServers } from "../fixtures/redis_stage.ts";
import { message, pass, times, until } from "./fixtures/stage.ts";
import { type Debouncer, type DebouncerOptions, openDebouncer, OutcomeUnknown, StoreUnavailable } from "./mod.ts";

const start = await ownServers();

async function withAdmin(url: URL, work: (admin: Driver) => Promise<unknown>): Promise<void> {
  const admin = new Driver(url.href, { lazyConnect: true });
  try {
    await work(admin);
  } finally {
    admin.disconnect();
    await new Promise((resolve) => admin.once("end", resolve));
  }
}

const open = (url: URL, options: Partial<DebouncerOptions> = {}) => openDebouncer({ url, ...times, ...options });

/** Pushes until it is answered: what every caller has to do. */
async function pushed(debouncer: Debouncer, conversation: string, id: string): Promise<string> {
  const endsAtMs = performance.now() + 10_000;
  while (true) {
    try {
      return await debouncer.push(conversation, message(id));
    } catch (error) {
      if (!(error instanceof StoreUnavailable || error instanceof OutcomeUnknown)) throw error;
      if (performance.now() > endsAtMs) throw error;
      await pass(10);
    }
  }
}

Deno.test("out of memory: push is refused and has written nothing, everything else goes on and frees", async () => {
  await using server = await start();
  await using debouncer = await open(server.url, { attemptsMax: 1, batchMax: 2, quietMs: 20 });
  for (const id of ["m1", "m2", "m3"]) await debouncer.push("done", message(id));
  for (const id of ["m1", "m2"]) await debouncer.push("dead", message(id));
  await debouncer.push("back", message("m1"));
  await debouncer.turn(() => Promise.reject(new Error("x")), { conversation: "dead" });
  const [letter] = await debouncer.deadLetters();
  await withAdmin(server.url, async (admin) => {
    await admin.config("SET", "maxmemory", "1");
    const before = await admin.dbsize();
    for (const conversation of ["done", "new"]) {
      await assert.rejects(debouncer.push(conversation, message("m9")), StoreUnavailable);
    }
    assert.equal(await admin.dbsize(), before);
    assert.equal((await debouncer.stats()).messages, 4);
    assert.equal(await debouncer.putBack(letter!.id), "put_back");
    const handled: string[] = [];
    const conversations = ["dead", "done", "done", "back"];
    for (const conversation of conversations) {
      await until(`"${conversation}" is due`, async () => {
        const turn = await debouncer.turn(({ messages }) => {
          handled.push(messages.map(({ id }) => id).join(" "));
          if (conversation === "back") throw new Error("to be a dead letter");
        }, { conversation });
        return turn.handled.length > 0;
      });
    }
    assert.deepEqual(handled, ["m1 m2", "m1 m2", "m3", "m1"]);
    const { messages, inFlight, dead } = await debouncer.stats();
    assert.deepEqual({ messages, inFlight, dead }, { messages: 0, inFlight: 0, dead: 1 });
    await admin.config("SET", "maxmemory", "0");
    assert.equal(await debouncer.push("new", message("m9")), "accepted");
  });
});

Deno.test("scripts that the server has forgotten are brought again: every step works", async () => {
  await using server = await start();
  await using debouncer = await open(server.url, { attemptsMax: 1, batchMax: 1 });
  await withAdmin(server.url, async (admin) => {
    const forget = () => admin.script("FLUSH");
    await forget();
    assert.equal(await debouncer.push("c", message("m1")), "accepted");
    await forget();
    assert.equal(await debouncer.push("c", message("m1")), "duplicate");
    await forget();
    assert.equal((await debouncer.turn(forget, { conversation: "c" })).settled, true);
    await debouncer.push("d", message("m1"));
    const fails = async () => {
      await forget();
      throw new Error("x");
    };
    assert.deepEqual((await debouncer.turn(fails, { conversation: "d" })).handled.map(({ outcome }) => outcome), [
      "dead",
    ]);
    await forget();
    const [letter] = await debouncer.deadLetters();
    await forget();
    assert.equal(await debouncer.putBack(letter!.id), "put_back");
    await forget();
    assert.equal((await debouncer.stats()).messages, 1);
  });
});

Deno.test("Redis killed and started again with its log: what was acknowledged is handled, leases and tokens go on", async () => {
  await using server = await start({ appendfsync: "always" });
  const instances = await Promise.all(
    [1, 2, 3].map(() => open(server.url, { leaseMs: 400, deadlineMs: 500, batchMax: 5 })),
  );
  const seen = new Map<string, string>();
  const tokens = new Map<string, bigint>();
  const running = instances.map((debouncer) =>
    debouncer.run(async ({ conversation, messages, id, token }) => {
      assert.ok(token > (tokens.get(conversation) ?? 0n), "tokens of a conversation rise");
      tokens.set(conversation, token);
      await pass(5);
      for (const { id: one } of messages) {
        const key = `${conversation}/${one}`;
        assert.ok(seen.get(key) === undefined || seen.get(key) === id, `${key} is in one batch`);
        seen.set(key, id);
      }
    })
  );
  const pushing = (async () => {
    for (let n = 0; n < 300; n++) await pushed(instances[n % 3]!, `c${n % 20}`, `m${n}`);
  })();
  for (let kills = 0; kills < 3; kills++) {
    await pass(60);
    await server.kill();
    await pass(30);
    await server.restart();
  }
  await pushing;
  await until("nothing is left", async () => {
    return await instances[0]!.stats().then(({ messages }) => messages === 0, (error) => {
      if (error instanceof StoreUnavailable || error instanceof OutcomeUnknown) return false;
      throw error;
    });
  }, 10_000);
  assert.equal(seen.size, 300);
  for (let n = 0; n < 300; n += 7) assert.equal(await instances[0]!.push(`c${n % 20}`, message(`m${n}`)), "duplicate");
  await Promise.all(instances.map((debouncer) => debouncer.close()));
  await Promise.all(running);
});

Deno.test("in a cluster each script stays in one slot: every step works, with several shards", async () => {
  await using server = await start({ "cluster-enabled": "yes" });
  await withAdmin(server.url, async (admin) => {
    await admin.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await until(
      "it serves all slots",
      async () => /cluster_state:ok/.test(String(await admin.call("CLUSTER", "INFO"))),
    );
  });
  await using debouncer = await open(server.url, { shards: 8, attemptsMax: 1, batchMax: 1 });
  for (let n = 0; n < 40; n++) await debouncer.push(`c${n}`, message(`{m${n}}`));
  const first = await debouncer.turn(() => Promise.reject(new Error("x")));
  assert.equal(first.handled.length, 40);
  const letters = await debouncer.deadLetters();
  for (const { id } of letters.slice(1)) assert.equal(await debouncer.putBack(id), "put_back");
  assert.equal(await debouncer.discard(letters[0]!.id), true);
  assert.equal((await debouncer.turn(() => {})).handled.filter(({ outcome }) => outcome === "done").length, 39);
  assert.equal((await debouncer.stats()).messages, 0);
});

Deno.test("an instance that opens with another number of shards is refused, and so is a Redis that will not do", async () => {
  await using server = await start();
  await using _first = await open(server.url, { shards: 2 });
  await using _same = await open(server.url, { shards: 2 });
  await assert.rejects(
    open(server.url, { shards: 3 }),
    /^TypeError: Cannot open the debouncer: the keys of "debouncer:"/,
  );
  await using _other = await open(server.url, { shards: 3, prefix: "other:" });
  await withAdmin(server.url, (admin) => admin.config("SET", "maxmemory-policy", "allkeys-lru"));
  await assert.rejects(open(server.url), /noeviction/);
});
