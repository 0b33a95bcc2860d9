/** What the row of an event that was not new says about this delivery. It decides nothing: the claim has decided. */

import type { KeyedEvent } from "./event.ts";
import type { Verdict } from "./verdict.ts";

/** One row of `look.sql`: the fingerprint in hex, and for how many milliseconds a lease still runs (null: no lease). */
export interface LookedAt {
  readonly event_id: string;
  readonly fingerprint: string;
  readonly status: "leased" | "done";
  readonly lease_ms: number | null;
}

const soonMs = 1_000;

/** Duplicate, conflict or busy. A row that has gone since the claim (pruned) makes the sender come again: busy. */
export function verdictOf(event: KeyedEvent, row: LookedAt | undefined): Verdict<never> {
  if (row === undefined) return { verdict: "busy", retryAfterMs: soonMs };
  if (row.fingerprint !== event.fingerprint) return { verdict: "conflict" };
  if (row.status === "done") return { verdict: "duplicate" };
  return { verdict: "busy", retryAfterMs: Math.max(1, row.lease_ms ?? soonMs) };
}
