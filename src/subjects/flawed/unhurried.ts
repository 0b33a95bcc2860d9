/**
 * The times of controls in which nothing waits for a deadline: what is cut is noticed at once, so a long deadline costs
 * nothing, and on a busy machine no call runs out of time that the disturbance had not met. A control that is about time
 * has times of its own.
 */

import { controlTimes } from "../dedupe.ts";
import { atWork } from "../dedupe_workloads.ts";

const deadlineMs = 1_000;

/** Twice the deadline, for a first delivery also opens the dedupe. */
export const unhurried = {
  promises: { ...controlTimes, answersWithinMs: 2 * deadlineMs },
  options: { deadlineMs },
};

/** Of those with a handler that fails for ever, which need not be watched for long. */
export const unhurriedFailing = { ...unhurried, promises: { ...unhurried.promises, convergesWithinMs: 300 } };

/** Of those with `copiesOfWork`. */
export const unhurriedAtWork = { ...atWork, promises: { ...controlTimes, ...atWork.promises } };
