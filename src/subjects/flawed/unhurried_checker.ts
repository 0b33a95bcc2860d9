/**
 * The times of controls of the idempotency checker in which nothing waits for a deadline: what is cut is noticed at once, so a long deadline
 * costs nothing, and on a busy machine no call runs out of time that the disturbance had not met. The lease is as long as a quick session
 * allows: a task of these scenarios takes a few ms, and who has to wait for a lease to run out waits no longer than that.
 */

import { controlTimes } from "../idempotency.ts";

const deadlineMs = 1_000;
const leaseMs = 300;

/** A first call also opens the checker. */
export const unhurriedChecker = {
  promises: { ...controlTimes, leaseMs, answersWithinMs: 3 * deadlineMs },
  options: { deadlineMs },
};
