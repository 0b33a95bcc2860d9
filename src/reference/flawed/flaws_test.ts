/** Each flawed twin shows its flaw where it is provoked directly. */

import assert from "node:assert/strict";
import { type Lease, OutcomeUnknown, StoreUnavailable, type Tx } from "../dedupe/mod.ts";
import { blackHole, type Gate, Relay, says } from "../dedupe/fixtures/relay.ts";
import { Stage, until } from "../dedupe/fixtures/stage.ts";
import { openClaimBeforeEffect } from "./claim_before_effect.ts";
import { openCommitErrorAnswered200 } from "./commit_error_answered_200.ts";
import { openCommitErrorCalledRefused } from "./commit_error_called_refused.ts";
import { openCommitErrorRetriesEffect } from "./commit_error_retries_effect.ts";
import { openEffectBeforeClaim } from "./effect_before_claim.ts";
import { openErrorsAnsweredDuplicate } from "./errors_answered_duplicate.ts";
import { openFailsOpen } from "./fails_open.ts";
import { openLeaseCompletedByAnybody } from "./lease_completed_by_anybody.ts";
import { openLeaseNeverTakenOver } from "./lease_never_taken_over.ts";
import { openLeaseTakenOverWhileItRuns } from "./lease_taken_over_while_it_runs.ts";
import { openLeaseWithoutFencing } from "./lease_without_fencing.ts";
import { openNoDeadline } from "./no_deadline.ts";
import { openSelectThenInsert, tablesWithoutConstraintSql } from "./select_then_insert.ts";
import type { Twin } from "./twin.ts";

const effect = (id: string) => (tx: Tx) => tx.query("insert into effect values ($1, 'once')", [id]).then(() => id);
const event = (id: string) => ({ id, body: `{"id":"${id}"}` });

/** A twin on a road that the test disturbs, with every connection open that its transactional mode needs. */
async function onBadRoad(open: typeof openFailsOpen, options: { deadlineMs?: number; leaseMs?: number } = {}) {
  await using made = new AsyncDisposableStack();
  const stage = made.use(await Stage.create());
  const { relay, url } = await Relay.to(stage.url);
  made.use(relay);
  const twin: Twin = made.use(await open({ url, schema: stage.schema, deadlineMs: 1_000, ...options }));
  await twin.transactional(event("warm"), effect("warm"));
  const all = made.move();
  return { stage, relay, twin, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Cuts, once: the message up that says the text, or the first bytes down after it. */
function cutOnce(text: string, way: "up" | "down"): Gate {
  let state: "waiting" | "said" | "done" = "waiting";
  return (chunk, direction) => {
    if (state === "waiting" && direction === "up" && says(chunk, text)) state = way === "up" ? "done" : "said";
    else if (!(state === "said" && direction === "down" && chunk.length > 0)) return chunk;
    else state = "done";
    return state === "done" ? "cut" : chunk;
  };
}

Deno.test("fails open: the handler runs although its claim was cut, and the next delivery is new again", async () => {
  await using road = await onBadRoad(openFailsOpen);
  road.relay.gate = cutOnce("insert into webhook_event", "up");
  assert.equal((await road.twin.transactional(event("a"), effect("a"))).verdict, "first");
  assert.deepEqual(await road.stage.count("a"), { effects: 1, claims: 0 });
  assert.equal((await road.twin.transactional(event("a"), effect("a"))).verdict, "first");
  assert.equal((await road.stage.count("a")).effects, 2);
  road.relay.gate = cutOnce("insert into webhook_event", "up");
  const tokens: bigint[] = [];
  const holding = (lease: Lease) => void tokens.push(lease.token);
  assert.equal((await road.twin.leased(event("b"), holding)).verdict, "first");
  assert.equal((await road.twin.leased(event("b"), holding)).verdict, "first");
  assert.equal(tokens[0], 0n);
});

Deno.test("fails open: what the handler itself meets after its claim is no reason to run it again", async () => {
  await using road = await onBadRoad(openFailsOpen);
  road.relay.gate = cutOnce("insert into effect", "up");
  await assert.rejects(road.twin.transactional(event("a"), effect("a")), StoreUnavailable);
  assert.deepEqual(await road.stage.count("a"), { effects: 0, claims: 0 });
});

Deno.test("errors answered duplicate: a cut claim is acknowledged, and nothing is there", async () => {
  await using road = await onBadRoad(openErrorsAnsweredDuplicate);
  road.relay.gate = cutOnce("insert into webhook_event", "up");
  assert.deepEqual(await road.twin.transactional(event("a"), effect("a")), { verdict: "duplicate" });
  assert.deepEqual(await road.stage.count("a"), { effects: 0, claims: 0 });
});

Deno.test("select, then insert: two deliveries that are in the gap together are both first", async () => {
  await using stage = await Stage.create();
  await stage.truth`drop table webhook_event`;
  await stage.truth.unsafe(tablesWithoutConstraintSql);
  await using twin = await openSelectThenInsert({ url: stage.url, schema: stage.schema, deadlineMs: 2_000 });
  let begun = 0;
  const both = Array.from({ length: 2 }, () =>
    twin.transactional(event("a"), async (tx) => {
      begun++;
      await until("both handlers have begun", () => begun === 2, 1_500);
      return await effect("a")(tx);
    }));
  assert.deepEqual((await Promise.all(both)).map(({ verdict }) => verdict), ["first", "first"]);
  assert.deepEqual(await stage.count("a"), { effects: 2, claims: 2 });
});

Deno.test("claim before effect: a session that ends in the handler leaves a claim, and the event is lost", async () => {
  await using road = await onBadRoad(openClaimBeforeEffect);
  road.relay.gate = cutOnce("insert into effect", "up");
  await assert.rejects(road.twin.transactional(event("a"), effect("a")), StoreUnavailable);
  assert.deepEqual(await road.twin.transactional(event("a"), effect("a")), { verdict: "duplicate" });
  assert.deepEqual(await road.stage.count("a"), { effects: 0, claims: 1 });
});

Deno.test("effect before claim: the answer to COMMIT is lost, and the resend does it all again", async () => {
  await using road = await onBadRoad(openEffectBeforeClaim);
  road.relay.gate = cutOnce("commit\0", "down");
  await assert.rejects(road.twin.transactional(event("a"), effect("a")), OutcomeUnknown);
  assert.equal((await road.twin.transactional(event("a"), effect("a"))).verdict, "first");
  assert.deepEqual(await road.stage.count("a"), { effects: 2, claims: 1 });
});

Deno.test("COMMIT error answered 200: COMMIT never arrived, and the delivery is acknowledged", async () => {
  await using road = await onBadRoad(openCommitErrorAnswered200);
  road.relay.gate = cutOnce("commit\0", "up");
  assert.deepEqual(await road.twin.transactional(event("a"), effect("a")), { verdict: "first", value: "a" });
  assert.deepEqual(await road.stage.count("a"), { effects: 0, claims: 0 });
});

Deno.test("COMMIT error retries the effect: the answer to COMMIT is lost, and one delivery has two effects", async () => {
  await using road = await onBadRoad(openCommitErrorRetriesEffect);
  road.relay.gate = cutOnce("commit\0", "down");
  assert.equal((await road.twin.transactional(event("a"), effect("a"))).verdict, "first");
  assert.deepEqual(await road.stage.count("a"), { effects: 2, claims: 1 });
});

Deno.test("COMMIT error called refused: the answer to COMMIT is lost, and nothing is said to have happened", async () => {
  await using road = await onBadRoad(openCommitErrorCalledRefused);
  road.relay.gate = cutOnce("commit\0", "down");
  await assert.rejects(
    road.twin.transactional(event("a"), effect("a")),
    (error) => error instanceof StoreUnavailable && error.cause instanceof OutcomeUnknown,
  );
  assert.deepEqual(await road.stage.count("a"), { effects: 1, claims: 1 });
});

Deno.test("lease without fencing: two holders, one after the other, have the same token", async () => {
  await using road = await onBadRoad(openLeaseWithoutFencing, { leaseMs: 60 });
  const tokens: bigint[] = [];
  const slow = road.twin.leased(event("a"), async (lease) => {
    tokens.push(lease.token);
    await until("the lease is taken over", async () => {
      const next = await road.twin.leased(event("a"), (other) => void tokens.push(other.token));
      return next.verdict === "first";
    }, 900);
  });
  await slow.catch((error) => assert.equal(error.code, "lease_lost")); // what the good one says of a lease that is done
  assert.deepEqual(tokens, [0n, 0n]);
});

Deno.test("lease never taken over: long after it has run out, the event is still in work", async () => {
  await using road = await onBadRoad(openLeaseNeverTakenOver, { leaseMs: 30 });
  await road.twin.leased(event("b"), () => 1);
  road.relay.gate = (chunk, way) => way === "down" ? "cut" : chunk;
  await assert.rejects(road.twin.leased(event("a"), () => assert.fail("no claim")), OutcomeUnknown);
  road.relay.gate = (chunk) => chunk;
  const expired = () =>
    road.stage.truth`select from webhook_event where event_id = 'a' and expires_at < clock_timestamp()`;
  await until("the lease has run out", async () => (await expired()).length === 1);
  for (let n = 0; n < 3; n++) {
    assert.equal((await road.twin.leased(event("a"), () => assert.fail("a takeover"))).verdict, "busy");
  }
});

Deno.test("lease taken over while it runs: two handlers work on one event at the same moment", async () => {
  await using road = await onBadRoad(openLeaseTakenOverWhileItRuns, { leaseMs: 60_000 });
  const holder = road.twin.leased(event("a"), async (held) => {
    const next = await road.twin.leased(event("a"), (other) => other.token > held.token);
    assert.deepEqual(next, { verdict: "first", value: true });
  });
  await holder.catch((error) => assert.equal(error.code, "lease_lost")); // it is done by then, as the good one says too
});

Deno.test("lease completed by anybody: who was overtaken is acknowledged while the next holder is at work", async () => {
  await using road = await onBadRoad(openLeaseCompletedByAnybody, { leaseMs: 60 });
  const overtaken = Promise.withResolvers<void>();
  const first = road.twin.leased(event("a"), () => overtaken.promise);
  const next = until("the lease is taken over", async () => {
    const verdict = await road.twin.leased(event("a"), async () => {
      overtaken.resolve();
      assert.equal((await first).verdict, "first");
    }).catch((error) => assert.equal(error.code, "lease_lost")); // done already, by the one that it had overtaken
    return verdict === undefined;
  }, 900);
  await Promise.all([first, next]);
});

Deno.test("no deadline: in a black hole no call is answered, however short its deadline", async () => {
  const deadlineMs = 100;
  await using road = await onBadRoad(openNoDeadline, { deadlineMs });
  await road.twin.leased(event("warm"), () => 1);
  road.relay.gate = blackHole;
  let settled = 0;
  const calls = [
    road.twin.transactional(event("a"), effect("a")),
    road.twin.leased(event("b"), () => assert.fail("no claim")),
  ].map((call) => call.then(() => assert.fail("an answer"), () => settled++));
  const startedAtMs = performance.now();
  await until("three deadlines have passed", () => performance.now() - startedAtMs > 3 * deadlineMs);
  assert.equal(settled, 0);
  road.relay.gate = (chunk) => chunk;
  for (let n = 0; n < road.relay.pairs.length; n++) road.relay.cut(n);
  await Promise.all(calls);
});
