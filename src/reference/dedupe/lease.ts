/**
 * Lease mode: for effects that Postgres cannot commit with the claim. The event is ours for a while; the handler learns
 * a token that rises with each holder, and a signal that tells it when to stop. A holder that comes too late changes
 * nothing here, and its token lets the receiver refuse it as well.
 */

import { randomUUID } from "node:crypto";
import { LeaseLost, OutcomeUnknown } from "../errors.ts";
import { type Deadline, DeadlinePassed } from "./deadline.ts";
import type { KeyedEvent } from "./event.ts";
import type { Lanes } from "./lanes.ts";
import { report } from "./log.ts";
import { type LookedAt, verdictOf } from "./look.ts";
import type { Settings } from "./options.ts";
import { afterTheFact } from "./after_the_fact.ts";
import { refusalOf } from "./refusal.ts";
import { claimLeaseSql, completeLeaseSql, lookSql, releaseLeaseSql } from "./sql.ts";
import { textArray } from "./text_array.ts";
import type { Verdict } from "./verdict.ts";

/** The right to work on an event for a while. */
export interface Lease {
  /** The same for every attempt at this event: a receiver that remembers it acts once. */
  readonly key: string;
  /** Higher for each later holder: a receiver that refuses lower ones than it has seen is never acted on by a stale one. */
  readonly token: bigint;
  /** Aborts when the lease may have run out, or at the call's deadline, whichever is first. */
  readonly signal: AbortSignal;
  /** For how many milliseconds the lease certainly runs yet, on the monotonic clock; 0 when it may be over. */
  remainingMs(): number;
}

/** Runs the handler under a lease on the event. See `Dedupe.leased`. */
export async function underLease<T>(
  lanes: Lanes,
  settings: Settings,
  event: KeyedEvent,
  handler: (lease: Lease) => Promise<T> | T,
  deadline: Deadline,
): Promise<Verdict<T>> {
  // Counted from before the request was sent: the server's clock starts later, so ours runs out first.
  const endsAtMs = performance.now() + settings.leaseMs;
  const token = await claimLease(lanes, settings, event, deadline);
  if (typeof token !== "bigint") return token;
  const held = { token, endsAtMs, key: `${settings.provider}:${event.id}` };
  try {
    const value = await whileHeld(held, handler, deadline);
    await complete(lanes, settings, event, token, deadline);
    return { verdict: "first", value };
  } catch (error) {
    // Any class: it is thrown on. A handler that failed gives its lease back, so that the next delivery need not wait.
    if (error instanceof HandlerFailed) await release(lanes, settings, event, token, deadline);
    throw error instanceof HandlerFailed ? error.cause : error;
  }
}

/** Claims the event, or takes over an expired lease, in one statement. Gives the token, or why there is none. */
export async function claimLease(
  lanes: Lanes,
  { provider, leaseMs }: Settings,
  event: KeyedEvent,
  deadline: Deadline,
): Promise<bigint | Verdict<never>> {
  try {
    const values = [provider, event.id, event.fingerprint, randomUUID(), leaseMs];
    const [claimed] = await lanes.run<{ token: string }>(claimLeaseSql, values, deadline);
    if (claimed !== undefined) return BigInt(claimed.token);
    const [seen] = await lanes.run<LookedAt>(lookSql, [provider, textArray([event.id])], deadline);
    return verdictOf(event, seen);
  } catch (error) {
    return refusalOf(error, 1_000);
  }
}

/** Says in the store that the work is done, if the lease is still ours. Throws LeaseLost if it is not. */
export async function complete(
  lanes: Lanes,
  { provider }: Settings,
  event: KeyedEvent,
  token: bigint,
  deadline: Deadline,
): Promise<void> {
  const done = await afterTheFact(lanes.run(completeLeaseSql, [provider, event.id, String(token)], deadline));
  if (done.length === 1) return;
  throw new LeaseLost(`The lease with token ${token} was taken over before the work was done: it may be done twice`, {
    retryAfterMs: 1_000,
  });
}

/** Marks what the handler itself threw, so that it is not taken for a failure of ours. */
class HandlerFailed extends Error {
}

async function whileHeld<T>(
  { token, endsAtMs, key }: { token: bigint; endsAtMs: number; key: string },
  handler: (lease: Lease) => Promise<T> | T,
  deadline: Deadline,
): Promise<T> {
  const remainingMs = () => Math.max(0, endsAtMs - performance.now());
  const expired = new AbortController();
  const timer = setTimeout(() => {
    expired.abort(new LeaseLost(`The lease with token ${token} may have run out: stop now`, { retryAfterMs: 1_000 }));
  }, remainingMs());
  const lease = { key, token, remainingMs, signal: AbortSignal.any([expired.signal, deadline.signal]) };
  try {
    return await deadline.race((async () => await handler(lease))());
  } catch (error) {
    if (!(error instanceof DeadlinePassed)) throw new HandlerFailed("The handler failed", { cause: error });
    throw new OutcomeUnknown("The handler had not finished at the deadline: its effect may be there", {
      retryAfterMs: Math.max(1_000, Math.ceil(remainingMs())),
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function release(
  lanes: Lanes,
  settings: Settings,
  event: KeyedEvent,
  token: bigint,
  deadline: Deadline,
): Promise<void> {
  try {
    await lanes.run(releaseLeaseSql, [settings.provider, event.id, String(token)], deadline);
  } catch (error) {
    // Any class: the lease runs out by itself, and the handler's own error is the one to be seen.
    report(settings.log, "warn", "release_failed", { error });
  }
}
