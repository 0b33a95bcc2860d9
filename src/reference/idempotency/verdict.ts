/**
 * What a worker is told about a task. Four answers and no more: anything else that can happen is an error of `../errors.ts`,
 * and an error is never an answer, so that no failure can be mistaken for "not processed yet" or for "done".
 */

/** The task was new: it ran, and that it is done is written down (`value` is what it returned). */
export interface First<T> {
  readonly verdict: "first";
  readonly value: T;
}

/** It was done before. `value` is what it returned then, as JSON gives it back; undefined if that was nothing, or too large. */
export interface Duplicate<T> {
  readonly verdict: "duplicate";
  readonly value: T | undefined;
}

/** Somebody has an unexpired lease on it. */
export interface Busy {
  readonly verdict: "busy";
  readonly retryAfterMs: number;
}

/** The key is known with another fingerprint: it was used for another task. */
export interface Conflict {
  readonly verdict: "conflict";
}

/** The verdict on one task. */
export type Verdict<T> = First<T> | Duplicate<T> | Busy | Conflict;
