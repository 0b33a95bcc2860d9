/** Lease mode on a real Postgres: takeovers, lost and late messages, black holes, and cuts at any byte. */

import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { LeaseLost, OutcomeUnknown, StoreUnavailable } from "./mod.ts";
import { blackHole, Relay, says } from "./fixtures/relay.ts";
import { Stage, until } from "./fixtures/stage.ts";

const event = (id: string, body = `{"id":"${id}"}`) => ({ id, body });
const never = new Promise<never>(() => {});
const aborted = (signal: AbortSignal) => new Promise<void>((done) => signal.addEventListener("abort", () => done()));

Deno.test("under a lease the first delivery is processed, others are busy, then duplicate; another body is a conflict", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  const first = await dedupe.leased(event("a"), async (lease) => {
    assert.equal(lease.key, "default:a");
    assert.ok(lease.remainingMs() > 3_000 && !lease.signal.aborted);
    const busy = await dedupe.leased(event("a"), () => assert.fail("two handlers"));
    assert.ok(busy.verdict === "busy" && busy.retryAfterMs > 3_000 && busy.retryAfterMs <= 4_000);
    return "done";
  });
  assert.deepEqual(first, { verdict: "first", value: "done" });
  assert.deepEqual(await dedupe.leased(event("a"), () => assert.fail()), { verdict: "duplicate" });
  assert.deepEqual(await dedupe.leased(event("a", "{}"), () => assert.fail()), { verdict: "conflict" });
  assert.deepEqual(await dedupe.transactional(event("a"), () => assert.fail()), { verdict: "duplicate" });
});

Deno.test("an expired lease is taken over with a higher token, and the late completer is told that it lost it", async () => {
  await using stage = await Stage.create();
  const [slow, quick] = [await stage.open({ leaseMs: 150 }), await stage.open({ leaseMs: 5_000 })];
  const tokens: bigint[] = [];
  const losing = slow.leased(event("b"), async (lease) => {
    tokens.push(lease.token);
    await aborted(lease.signal);
    assert.ok(lease.signal.reason instanceof LeaseLost);
    assert.equal(lease.remainingMs(), 0);
    await until("the lease is taken over", async () => {
      const answer = await quick.leased(event("b"), (next) => void tokens.push(next.token));
      return answer.verdict === "first";
    });
  });
  await assert.rejects(losing, LeaseLost);
  assert.ok(tokens.length === 2 && tokens[1]! > tokens[0]!);
  assert.deepEqual(await slow.leased(event("b"), () => assert.fail()), { verdict: "duplicate" });
});

Deno.test("of many takeovers at once one wins, and tokens rise in the order of granting", async () => {
  await using stage = await Stage.create();
  const instances = await Promise.all([1, 2, 3].map(() => stage.open({ leaseMs: 30 })));
  const tokens: bigint[] = [];
  for (let round = 0; round < 10; round++) {
    const all = Array.from({ length: 9 }, (_, n) =>
      instances[n % 3]!.leased(event("c"), (lease) => {
        tokens.push(lease.token);
        throw new Error("crash");
      }).catch((error) => error instanceof Error && error.message === "crash" ? "ran" : Promise.reject(error)));
    await Promise.all(all);
  }
  assert.ok(tokens.length >= 10);
  assert.deepEqual(tokens, [...new Set(tokens)].sort((a, b) => (a < b ? -1 : 1)));
});

Deno.test("a handler that throws gives its lease back: the next delivery need not wait", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  const mistake = new TypeError("of the handler");
  const failing = dedupe.leased(event("d"), () => {
    throw mistake;
  });
  await assert.rejects(failing, (error) => error === mistake);
  assert.equal((await dedupe.leased(event("d"), () => 1)).verdict, "first");
});

Deno.test("an expired lease that nobody took over is completed; a handler that never ends is left at the deadline", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open({ leaseMs: 50, deadlineMs: 500 });
  const late = await dedupe.leased(event("e"), (lease) => aborted(lease.signal));
  assert.equal(late.verdict, "first");
  const startedAtMs = performance.now();
  await assert.rejects(dedupe.leased(event("f"), () => never), OutcomeUnknown);
  assert.ok(performance.now() - startedAtMs < 700);
  assert.equal((await dedupe.leased(event("f"), () => 1)).verdict, "first");
});

Deno.test("a claim whose reply is lost runs no handler; the event is free again when its lease has run out", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const dedupe = await stage.open({ url, leaseMs: 200 });
  await dedupe.leased(event("warm"), () => 1);
  relay.gate = (chunk, way) => way === "down" ? "cut" : chunk;
  await assert.rejects(dedupe.leased(event("g"), () => assert.fail()), OutcomeUnknown);
  relay.gate = (chunk) => chunk;
  assert.equal((await dedupe.leased(event("g"), () => assert.fail())).verdict, "busy");
  await until("the lease has run out", async () => (await dedupe.leased(event("g"), () => 1)).verdict === "first");
});

Deno.test("a completion that is held past its lease and arrives after a takeover changes nothing", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const [slow, other] = [
    await stage.open({ url, leaseMs: 100, deadlineMs: 400 }),
    await stage.open({ leaseMs: 5_000 }),
  ];
  await slow.leased(event("warm"), () => 1);
  const held: Buffer[] = [];
  let connection = 0;
  const call = slow.leased(event("h"), () => {
    relay.gate = (chunk, way, n) => {
      if (way === "up" && chunk.length > 0 && held.length === 0) [connection] = [n, held.push(chunk)];
      return undefined;
    };
  });
  await assert.rejects(call, OutcomeUnknown);
  const takeover = other.leased(event("h"), async (lease) => {
    relay.pairs[connection]?.server.write(held[0]!);
    await new Promise((resolve) => relay.pairs[connection]?.server.once("data", resolve));
    const [row] = await stage.truth`select status, token::text from webhook_event where event_id = 'h'`;
    assert.deepEqual({ ...row }, { status: "leased", token: String(lease.token) });
  });
  assert.equal((await takeover).verdict, "first");
});

Deno.test("in a black hole a claim answers by its deadline, and over the healed road the next call works at once", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const dedupe = await stage.open({ url, deadlineMs: 500, connectionsMax: 3 });
  await Promise.all([1, 2, 3, 4].map((n) => dedupe.leased(event(`warm${n}`), () => 1)));
  relay.gate = blackHole;
  const startedAtMs = performance.now();
  const calls = Array.from({ length: 12 }, (_, n) => dedupe.leased(event(`i${n}`), () => assert.fail()));
  for (const one of await Promise.allSettled(calls)) {
    assert.ok(one.status === "rejected");
    assert.ok(one.reason instanceof OutcomeUnknown || one.reason instanceof StoreUnavailable, String(one.reason));
  }
  assert.ok(performance.now() - startedAtMs < 800);
  await assert.rejects(dedupe.leased(event("j"), () => assert.fail()), StoreUnavailable);
  relay.gate = (chunk) => chunk;
  const healedAtMs = performance.now();
  assert.equal((await dedupe.leased(event("j"), () => 1)).verdict, "first");
  assert.ok(performance.now() - healedAtMs < 300);
});

Deno.test("a server that accepts and hangs up is asked once a call, and the call fails at once", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const dedupe = await stage.open({ url });
  relay.acceptsThenCloses = true;
  for (let n = 0; n < relay.pairs.length; n++) relay.cut(n);
  await until("the connections are gone", async () => (await stage.backends()).length === 0);
  const before = relay.accepted;
  for (let n = 0; n < 5; n++) await assert.rejects(dedupe.leased(event("k"), () => assert.fail()), StoreUnavailable);
  assert.equal(relay.accepted - before, 5);
  relay.acceptsThenCloses = false;
  assert.equal((await dedupe.leased(event("k"), () => 1)).verdict, "first");
});

Deno.test("when the store goes away while the handler works, the outcome is unknown, never 'nothing happened'", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  const dedupe = await stage.open({ url, leaseMs: 100 });
  const call = dedupe.leased(event("l"), async () => {
    await relay[Symbol.asyncDispose]();
    await stage.endBackends();
  });
  await assert.rejects(call, OutcomeUnknown);
});

Deno.test("whatever byte of a lease's conversation is cut, under traffic, the process lives and the event is done in the end", async () => {
  await using stage = await Stage.create();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  const dedupe = await stage.open({ url, leaseMs: 40, connectionsMax: 2 });
  for (const way of ["up", "down"] as const) {
    for (let byte = 0, struck = true; struck && byte < 3_000; byte += 37) {
      const id = `${way}${byte}`;
      struck = false;
      let left = byte;
      relay.gate = (chunk, direction) => {
        if (direction !== way || struck || chunk.length === 0 || says(chunk, "\0user\0")) return chunk;
        left -= chunk.length;
        struck = left <= 0;
        return struck ? "cut" : chunk;
      };
      const traffic = Array.from({ length: 4 }, (_, n) => dedupe.leased(event(`${id}.${n}`), () => 1));
      const outcomes = await Promise.allSettled([dedupe.leased(event(id), () => 1), ...traffic]);
      for (const one of outcomes) {
        if (one.status === "rejected") assert.ok(one.reason.retryAfterMs > 0, String(one.reason?.stack ?? one.reason));
      }
      relay.gate = (chunk) => chunk;
      await until("the event is done", async () => (await dedupe.leased(event(id), () => 1)).verdict === "duplicate");
    }
  }
});
