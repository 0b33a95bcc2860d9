/**
 * Holders that are overtaken: handlers that take longer than their lease and do not hear that it is over. Two events, one
 * after the other at the same two instances, because an overtaken holder can be late in two ways: with its effect, after
 * the next holder's was made, and with its completion, while the next holder is still at work.
 */

import fc from "fast-check";
import type { Delivery } from "../core/plan.ts";
import { claimTimes, type WebhookDelivery } from "./dedupe.ts";

/** The leases are over long before the calls' deadline, and the slow handlers end between the two. */
export const overtakenTimes = {
  promises: { ...claimTimes, answersWithinMs: 1_600, leaseMs: 180, convergesWithinMs: 3_000 },
  options: { deadlineMs: 800 },
};

const slow = { body: "{}", heedless: true };

/** Instance 0 holds each event first, and instance 1 takes it over. */
export const overtakenHolders: fc.Arbitrary<Delivery<WebhookDelivery>[]> = fc.constant([
  // Late with its effect: the next holder's was made at once.
  { id: "d1", op: { ...slow, key: "e1", pauseMs: 320 }, starts: { atMs: 0 }, route: [0], resendAfterMs: [20] },
  { id: "d2", op: { ...slow, key: "e1" }, starts: { atMs: 60 }, route: [1], resendAfterMs: [10] },
  // Late with its completion: the next holder works for most of its lease.
  {
    id: "d3",
    op: { ...slow, key: "e2", pauseMs: 270 },
    starts: { afterAckOf: "d1", afterMs: 0 },
    route: [0],
    resendAfterMs: [20],
  },
  {
    id: "d4",
    op: { ...slow, key: "e2", pauseMs: 150 },
    starts: { afterAckOf: "d1", afterMs: 60 },
    route: [1],
    resendAfterMs: [10],
  },
]);
