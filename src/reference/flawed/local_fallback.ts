/**
 * Falls back to a count of its own: while Redis cannot be asked, each process limits by itself, in its own memory. Met as the
 * "insurance" or "in-memory fallback" of rate limiter libraries, and praised there, for the service stays up and is limited.
 *
 * What goes wrong: n processes allow n times the limit, and know nothing of what Redis had counted before. An outage of Redis is
 * just when everybody comes again, so whatever the limit protects is hit hardest when it can bear least.
 */

import { OutcomeUnknown, StoreUnavailable } from "../errors.ts";
import { type Allowance, Limiter, type LimiterOptions } from "../limiter/mod.ts";
import { openLimiterTwin } from "./limiter_twin.ts";

/** Opens the twin that counts by itself when Redis fails. */
export function openLocalFallback(options: LimiterOptions): Promise<Limiter> {
  return openLimiterTwin(options, LocalFallback);
}

class LocalFallback extends Limiter {
  /** When calls of a key were allowed here, oldest first. */
  readonly #allowedAtMs = new Map<string, number[]>();

  override async allow(key: string, { cost = 1 }: { readonly cost?: number } = {}): Promise<Allowance> {
    try {
      return await super.allow(key, { cost });
    } catch (error) {
      if (!(error instanceof StoreUnavailable || error instanceof OutcomeUnknown)) throw error;
      return this.#allowHere(key, cost);
    }
  }

  #allowHere(key: string, cost: number): Allowance {
    const { limit, windowMs } = this.policy;
    const now = performance.now();
    const known = (this.#allowedAtMs.get(key) ?? []).filter((atMs) => atMs > now - windowMs);
    const allowed = known.length + cost <= limit;
    if (allowed) known.push(...Array.from({ length: cost }, () => now));
    this.#allowedAtMs.set(key, known);
    const resetMs = Math.ceil(known[0]! + windowMs - now);
    return { allowed, remaining: limit - known.length, resetMs, retryAfterMs: allowed ? 0 : resetMs };
  }
}
