/**
 * The times of the debouncer's controls in which a batch falls due soon and no call runs out of time: what is cut is noticed at
 * once, and what waits at a barrier is let go soon. A control that is about time has times of its own.
 */

import { controlTimes, type DebouncerOperation } from "../debouncer.ts";
import { oneTurn } from "../debouncer_workloads.ts";

const deadlineMs = 500;

/** Quiet time and lease are short, the deadline is long. */
export const brisk = {
  promises: { ...controlTimes, answersWithinMs: 4 * deadlineMs, leaseMs: 200, quietMs: 10, maxWaitMs: 40 },
  options: { deadlineMs },
};

/** One turn of the loop, once what was pushed before it is due. */
export const briskTurn: DebouncerOperation = { ...oneTurn, afterMs: 20 };
