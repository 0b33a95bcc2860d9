/**
 * Answers an outage with 429: a call that cannot be counted is refused as if it were one too many. "Fail closed", says the comment,
 * and the limit does hold; met wherever the limiter's client has a catch and its interface only yes and no.
 *
 * What goes wrong: 429 says that the client has done too much, and it has not. It backs off for a whole window, or gives up for
 * good, or pays for a higher limit; the one who ought to be woken sees well-behaved refusals and no error.
 */

import { OutcomeUnknown, StoreUnavailable } from "../errors.ts";
import { type Allowance, Limiter, type LimiterOptions } from "../limiter/mod.ts";
import { openLimiterTwin } from "./limiter_twin.ts";

/** Opens the twin that takes an outage for a limit that is reached. */
export function openOutageAnswered429(options: LimiterOptions): Promise<Limiter> {
  return openLimiterTwin(options, OutageAnswered429);
}

class OutageAnswered429 extends Limiter {
  override async allow(key: string, options: { readonly cost?: number } = {}): Promise<Allowance> {
    try {
      return await super.allow(key, options);
    } catch (error) {
      if (!(error instanceof StoreUnavailable || error instanceof OutcomeUnknown)) throw error;
      const { windowMs } = this.policy;
      return { allowed: false, remaining: 0, resetMs: windowMs, retryAfterMs: windowMs };
    }
  }
}
