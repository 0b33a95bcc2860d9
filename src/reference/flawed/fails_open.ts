/**
 * Fails open: if the store cannot be asked whether the event is new, it is taken for new and handled. "Better twice than
 * never", says the comment above the catch; met wherever dedupe was added to a handler that had worked without it, and in
 * most wrappers around a cache.
 *
 * What goes wrong: an outage of the store is just when senders resend, so the events that come twice are those that are
 * let through twice. Nothing remembers the one that was handled without a claim, and its next delivery is new again.
 */

import { underLease } from "../dedupe/lease.ts";
import type { DedupeOptions } from "../dedupe/mod.ts";
import { inOneTransaction } from "../dedupe/transactional.ts";
import type { Verdict } from "../dedupe/verdict.ts";
import { OutcomeUnknown, StoreUnavailable } from "../errors.ts";
import { openTwin, type Twin } from "./twin.ts";
import { withoutClaim } from "./without_claim.ts";

/** Opens the twin that lets the event through when its claim fails, by a broken road or by an error reply. */
export function openFailsOpen(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    transactional: (parts, delivered) =>
      claimedOrNot(
        delivered.handler,
        (handler) => inOneTransaction(parts.sessions, parts.settings, delivered.event, handler, delivered.deadline),
        () => withoutClaim(parts, delivered),
      ),
    leased: (parts, { event, handler, deadline }) =>
      claimedOrNot(
        handler,
        (handler) => underLease(parts.lanes, parts.settings, event, handler, deadline),
        async () => {
          const { provider, leaseMs } = parts.settings;
          const key = `${provider}:${event.id}`;
          const lease = { key, token: 0n, signal: deadline.signal, remainingMs: () => leaseMs };
          return { verdict: "first", value: await deadline.race((async () => await handler(lease))()) };
        },
      ),
  });
}

/** The good one's way; if the store fails it before the handler has begun, the other way. */
async function claimedOrNot<Given, T>(
  handler: (given: Given) => Promise<T> | T,
  claimed: (handler: (given: Given) => Promise<T> | T) => Promise<Verdict<T>>,
  unclaimed: () => Promise<Verdict<T>>,
): Promise<Verdict<T>> {
  let begun = false;
  try {
    return await claimed((given) => {
      begun = true;
      return handler(given);
    });
  } catch (error) {
    if (begun || !(error instanceof StoreUnavailable || error instanceof OutcomeUnknown)) throw error;
    return await unclaimed();
  }
}
